#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "app/start.hpp"
#include "conserje/nlu_types.hpp"
#include "guard/clock.hpp"
#include "guard/system_random.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "plugin/http/client.hpp"
#include "plugin/registry.hpp"

namespace conserje {

/// What the commands about understanding use when no configuration names another plugin.
inline constexpr const char* kShippedNlu = "nlu/builtin";

/// One nlu plugin that runs as in the host, and nothing else of the host. Threads: one.
class NluPlugin {
 public:
  /// The plugin that the configuration's first flow understands with. What is wrong goes to
  /// standard error; then there is none.
  static std::unique_ptr<NluPlugin> of_configuration(const std::filesystem::path& config);
  /// The shipped one with these settings; what it logs goes to `log`, one JSON object a line.
  static std::unique_ptr<NluPlugin> shipped(const Json& settings,
                                            std::function<void(std::string_view)> log);

  /// Errors: the plugin's own, and those of PluginInstance::call.
  Result<nlu::ParseReply> parse(const nlu::ParseRequest& request);

  /// The hotel's; UTC without a configuration.
  const std::string& time_zone() const { return time_zone_; }
  /// The local time there, as ParseRequest wants it.
  std::string now() const;
  std::string now_in(const std::string& time_zone) const;

 private:
  NluPlugin() = default;
  bool start(std::vector<InspectedPlugin> plugins, const Log& log, std::vector<Finding>& findings);

  SystemClock clock_{};
  SystemRandom random_{};
  Metrics metrics_{};
  HttpClient http_{{}, clock_};
  std::string name_ = "nlu", tenant_ = "nlu", time_zone_ = "UTC";
  std::unique_ptr<Registry> registry_{};
};

}  // namespace conserje
