#include "cli/nlu_plugin.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

#include "cli/plugin_files.hpp"
#include "guard/local_time.hpp"

namespace conserje {

bool NluPlugin::start(std::vector<InspectedPlugin> plugins, const Log& log,
                      std::vector<Finding>& findings) {
  const ServiceSources services{.log = log,
                                .clock = &clock_,
                                .metrics = &metrics_,
                                .random = &random_,
                                .http = [this](OutboundRequest request, std::stop_token stop) {
                                  return http_.send_and_wait(std::move(request), std::move(stop));
                                }};
  if (!has_errors(findings)) {
    registry_ = Registry::open(std::move(plugins), services, findings);
    registry_->start(findings);
  }
  std::cerr << report(findings);
  return !has_errors(findings) && registry_->find(name_) != nullptr;
}

std::unique_ptr<NluPlugin> NluPlugin::of_configuration(const std::filesystem::path& config) {
  auto checked = check_configuration(config);
  std::unique_ptr<NluPlugin> loaded(new NluPlugin);
  if (!checked.ok() || checked.pipeline.flows.empty()) {
    std::cerr << report(checked.findings);
    if (checked.ok()) std::cerr << config.string() << ": no flow says what understands guests\n";
    return nullptr;
  }
  loaded->name_ = checked.pipeline.flows.front().understand;
  loaded->tenant_ = checked.pipeline.tenant;
  loaded->time_zone_ = checked.pipeline.time_zone;
  std::erase_if(checked.plugins,
                [&](const InspectedPlugin& plugin) { return plugin.use.name != loaded->name_; });
  if (!loaded->start(std::move(checked.plugins), Log::silent(), checked.findings)) return nullptr;
  return loaded;
}

std::unique_ptr<NluPlugin> NluPlugin::shipped(const Json& settings,
                                              std::function<void(std::string_view)> log) {
  auto places = plugin_places({});
  std::unique_ptr<NluPlugin> loaded(new NluPlugin);
  const PluginUse use{.name = loaded->name_,
                      .kind = "nlu",
                      .use = kShippedNlu,
                      .required = true,
                      .config = settings};
  SecretStore secrets;
  auto plugins = inspect_plugins({&use, 1}, places.folders, places.trust, places.pipeline.mode,
                                 secrets, places.findings);
  const Log lines(std::move(log), LogLevel::info, loaded->clock_);
  if (!loaded->start(std::move(plugins), lines, places.findings)) return nullptr;
  return loaded;
}

Result<nlu::ParseReply> NluPlugin::parse(const nlu::ParseRequest& request) {
  return registry_->find(name_)->call_as<nlu::ParseReply>({.tenant = tenant_}, nlu::method::parse,
                                                          request);
}

std::string NluPlugin::now() const { return now_in(time_zone_); }

std::string NluPlugin::now_in(const std::string& time_zone) const {
  return format_local(local_time(clock_.now(), time_zone));
}

}  // namespace conserje
