#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/finding.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/secrets.hpp"
#include "plugin/inspected_plugin.hpp"
#include "plugin/instance_maker.hpp"
#include "plugin/plugin.hpp"
#include "plugin/services.hpp"

namespace conserje {

/// Where `use: kind/name` is looked for, in this order: the folders of $CONSERJE_PLUGIN_PATH
/// (separated by colons; `environment` is its value), those of the configuration, `plugins` beside
/// the executable, and ../lib/conserje/plugins from there.
std::vector<std::filesystem::path> plugin_folders(std::string_view environment,
                                                  std::span<const std::filesystem::path> configured,
                                                  const std::filesystem::path& executable);

/// The file of `use: kind/name`, or of `use: ./path/to/vendor.so`, which need not be there. Errors:
/// a refusal: no folder has it.
Result<std::filesystem::path> locate_plugin(const PluginUse& use,
                                            std::span<const std::filesystem::path> folders);

/// Finds each plugin's file, reads its manifest, judges by `trust` whom it comes from, and checks
/// kind, ABI, platform and config. Runs none of their code. Every plugin's findings are reported at
/// once. A config that does not fit is always an error, because a mistake in the file should not
/// wait for production; whatever else is wrong with a plugin that is not `required` is a warning,
/// and the plugin is left out. Secrets move into `secrets`.
std::vector<InspectedPlugin> inspect_plugins(std::span<const PluginUse> uses,
                                             std::span<const std::filesystem::path> folders,
                                             const TrustRules& trust, Mode mode,
                                             SecretStore& secrets, std::vector<Finding>& findings);

/// Plugins by their names in the configuration.
using PluginMap = std::map<std::string, std::shared_ptr<Plugin>, std::less<>>;

/// The plugins that run. Threads: find(), all(), by_name(), vouched() and runs() any; the rest
/// main. A PluginChange changes which they are.
class Registry {
 public:
  /// Loads each file once and makes the instances, in the order given. What fails is a finding, as
  /// in inspect_plugins.
  static std::unique_ptr<Registry> open(std::vector<InspectedPlugin> plugins,
                                        const ServiceSources& sources,
                                        std::vector<Finding>& findings);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  /// Drains and destroys what still runs, in the reverse of the order given.
  ~Registry();

  /// Starts all, in order. One that fails is a finding and is left out.
  void start(std::vector<Finding>& findings);

  /// The plugin of that name, or null: it is not configured, or was left out.
  std::shared_ptr<Plugin> find(std::string_view name) const;
  std::vector<std::shared_ptr<Plugin>> all() const;
  PluginMap by_name() const;
  /// Whom the file of the running instance comes from.
  Vouched vouched(std::string_view name) const;
  /// The instance that runs under its name was made from the same settings, secrets and bytes.
  bool runs(const InspectedPlugin& plugin) const;

  /// Stops and destroys all, in reverse: no new calls, those that run have until `deadline` (not
  /// set: each its own). Nobody may use a plugin any more. Returns the names of those whose calls
  /// are stuck; they are left behind for good.
  std::vector<std::string> drain(MonotonicTime deadline);

 private:
  friend class PluginChange;
  struct Entry {
    MadeInstance made;
    std::shared_ptr<Plugin> plugin;
  };

  explicit Registry(const ServiceSources& sources) : maker_(sources) {}
  const Entry* entry_of(std::string_view name) const;

  InstanceMaker maker_;
  mutable std::mutex mutex_{};  // Guards entries_ between whoever changes it and those who look.
  std::vector<Entry> entries_{};
};

}  // namespace conserje
