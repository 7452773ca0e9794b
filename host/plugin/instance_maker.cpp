#include "plugin/instance_maker.hpp"

#include <utility>

#include "plugin/refusal.hpp"
#include "plugin/worker/proxy.hpp"

namespace conserje {
namespace {

/// Images of one plugin in this process, which never gives one back.
constexpr unsigned kMostImages = 16;

/// What a plugin said when it was created or started.
Error failed_to(const std::string& step, const Error& error, const Manifest& manifest) {
  const auto found =
      step + " failed (" + std::string(to_string(error.error_class)) + "): " + error.message;
  if (error.error_class == ErrorClass::bug)
    return refusal(
        found, "a plugin that keeps to cj.h", kVendor,
        "report it" +
            (manifest.support_url.empty() ? std::string() : " to " + manifest.support_url) +
            " with its version, " + manifest.version);
  return refusal(found, "what the plugin asks for", kOperator,
                 "correct its `config`, then look again with: conserje check");
}

}  // namespace

InstanceMaker::InstanceMaker(const ServiceSources& sources)
    : sources_(sources), launcher_(std::make_shared<Launcher>(sources.worker_executable)) {}

Result<std::shared_ptr<const PluginCode>> InstanceMaker::load(const InspectedPlugin& plugin,
                                                              const MadeInstance* before) {
  if (!plugin.is_in_process()) {
    auto sealed = SealedImage::sealed(plugin.image);
    if (!sealed) return sealed.error();
    return std::shared_ptr<const PluginCode>(std::make_shared<WorkerPlugin>(
        WorkerParts{.launcher = launcher_,
                    .image = *std::move(sealed),
                    .use = plugin.use,
                    .manifest = without_inline(plugin.manifest),
                    .log = sources_.log.with({{"plugin", plugin.use.name}}),
                    .clock = sources_.clock,
                    .metrics = sources_.metrics}));
  }
  if (before != nullptr && before->inspected.is_in_process() &&
      before->inspected.vouched.digest == plugin.vouched.digest)
    return before->code;
  auto& images = images_[plugin.use.name];
  if (images == kMostImages)
    return refusal("this process has loaded " + std::to_string(kMostImages) +
                       " files for it, one after the other, and cannot give them back",
                   "a fresh process", kOperator,
                   "restart the host, or set `isolation: process` for this plugin");
  auto module = Module::load(plugin.image, CJ_ABI_VERSION);
  if (!module) return module.error();
  ++images;
  return std::shared_ptr<const PluginCode>(std::make_shared<Module>(*std::move(module)));
}

Result<MadeInstance> InstanceMaker::create(const InspectedPlugin& plugin,
                                           std::shared_ptr<const PluginCode> code) {
  auto kept = plugin;
  kept.manifest.config_schema = nullptr;  // Has been checked against, and is the largest part.
  const auto seen = plugin.is_in_process() ? kept.manifest : without_inline(kept.manifest);
  auto sources = sources_;
  if (plugin.secrets != nullptr)
    sources.secrets = [secrets = plugin.secrets](std::string_view name, std::string_view handle) {
      return secrets->reveal(name, handle);
    };
  auto services = std::make_shared<HostServices>(plugin.use, seen, sources);
  auto instance = PluginInstance::create(plugin.use, seen, *code, services, sources);
  if (!instance) {
    late_services_.push_back(std::move(services));
    return failed_to("create", instance.error(), plugin.manifest);
  }
  return MadeInstance{std::move(kept), std::move(code), std::move(services), *std::move(instance)};
}

Status InstanceMaker::start(MadeInstance& made) {
  const auto started = made.instance->start({});
  if (started) return Done{};
  return failed_to("start", started.error(), made.inspected.manifest);
}

Result<MadeInstance> InstanceMaker::create_and_start(const InspectedPlugin& plugin,
                                                     std::shared_ptr<const PluginCode> code,
                                                     const PluginState* state) {
  auto made = create(plugin, std::move(code));
  if (!made) return made;
  Status outcome = Done{};
  if (state != nullptr) {
    const auto taken = made->instance->import_state(*state);
    if (!taken) outcome = failed_to("taking over the state", taken.error(), plugin.manifest);
  }
  if (outcome) outcome = start(*made);
  if (outcome) return made;
  retire(*made, {});
  return outcome.error();
}

bool InstanceMaker::retire(MadeInstance& made, MonotonicTime deadline) {
  if (made.instance == nullptr) return true;
  late_services_.push_back(std::move(made.services));
  const bool idle = made.instance->drain({.deadline = deadline});
  if (!idle) left_behind_.push_back(made.instance);
  made.instance.reset();
  return idle;
}

}  // namespace conserje
