#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugin/inspected_plugin.hpp"
#include "plugin/instance.hpp"
#include "plugin/plugin_code.hpp"
#include "plugin/services.hpp"
#include "plugin/worker/launcher.hpp"

namespace conserje {

/// An instance and what it is made of.
struct MadeInstance {
  InspectedPlugin inspected;
  std::shared_ptr<const PluginCode> code;
  std::shared_ptr<HostServices> services;
  std::shared_ptr<PluginInstance> instance;
};

/// Makes instances and ends them, wherever their code runs; keeps what must outlive them. Threads:
/// one at a time.
class InstanceMaker {
 public:
  explicit InstanceMaker(const ServiceSources& sources);

  /// The code of `plugin`. That of `before` (which may be null) where its file has the same bytes:
  /// this process gives back nothing that it has loaded. Errors: a refusal.
  Result<std::shared_ptr<const PluginCode>> load(const InspectedPlugin& plugin,
                                                 const MadeInstance* before);
  /// An instance that has not been started. Errors: a refusal with what the plugin said.
  Result<MadeInstance> create(const InspectedPlugin& plugin,
                              std::shared_ptr<const PluginCode> code);
  /// The same, which then takes over `state`, where there is one, and is started.
  Result<MadeInstance> create_and_start(const InspectedPlugin& plugin,
                                        std::shared_ptr<const PluginCode> code,
                                        const PluginState* state = nullptr);
  /// Starts it. Errors: a refusal with what the plugin said; it is to be retired.
  Status start(MadeInstance& made);
  /// Drains an instance, whose calls have until `deadline` (not set: each its own), and lets it go.
  /// False: it does not return from a call, and is left behind for good.
  bool retire(MadeInstance& made, MonotonicTime deadline);

  const ServiceSources& sources() const { return sources_; }

 private:
  const ServiceSources sources_;
  const std::shared_ptr<Launcher> launcher_;
  std::map<std::string, unsigned> images_{};  // Loaded into this process, by the plugin's name.
  /// Of instances that have gone: a plugin's own threads may call the host however late.
  std::vector<std::shared_ptr<HostServices>> late_services_{};
  std::vector<std::shared_ptr<PluginInstance>> left_behind_{};  // Stuck in a call.
};

}  // namespace conserje
