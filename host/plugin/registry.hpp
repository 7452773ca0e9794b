#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/finding.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/secrets.hpp"
#include "plugin/manifest.hpp"
#include "plugin/module.hpp"
#include "plugin/plugin.hpp"
#include "plugin/services.hpp"
#include "plugin/trust.hpp"
#include "plugin/worker/launcher.hpp"

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

/// A configured plugin that may be loaded: everything has been checked that can be known without
/// running its code.
struct InspectedPlugin {
  PluginUse use;  // Its config is what the plugin will be given; isolation and kind are set.
  std::shared_ptr<const SealedImage> image;
  Manifest manifest;
  Vouched vouched{};  // Whom the image comes from.
};

/// Finds each plugin's file, reads its manifest, judges by `trust` whom it comes from, and checks
/// kind, ABI, platform and config. Runs none of their code. Every plugin's findings are reported at
/// once. A config that does not fit is always an error, because a mistake in the file should not
/// wait for production; whatever else is wrong with a plugin that is not `required` is a warning,
/// and the plugin is left out. Secrets move into `secrets`.
std::vector<InspectedPlugin> inspect_plugins(std::span<const PluginUse> uses,
                                             std::span<const std::filesystem::path> folders,
                                             const TrustRules& trust, Mode mode,
                                             SecretStore& secrets, std::vector<Finding>& findings);

/// The plugins that run. Threads: find(), all(), vouched() and reload() any; the rest main.
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

  /// The plugin of that name, or null: it is not configured, or was left out. Lives as long as the
  /// Registry.
  Plugin* find(std::string_view name) const;
  std::vector<Plugin*> all() const;
  /// Whom the file of the running instance comes from.
  Vouched vouched(std::string_view name) const;

  /// The instance that runs under its name was made from the same settings and the same bytes.
  bool runs(const InspectedPlugin& plugin) const;

  /// Puts a new instance, made from `next`, in the place of the one that runs under its name:
  /// loads, creates and starts it beside the old one, looks at its health, lets calls go to it, and
  /// drains the old one, which has `most` for the calls that run on. An exclusive plugin is stopped
  /// first, and calls wait meanwhile; when the new one does not come to stand the old one is made
  /// again. On any error the old one serves on. A file whose bytes are those that are loaded is not
  /// loaded again. Errors: config, bug, ... a refusal, or what the plugin said; retry, another
  /// reload is under way.
  Status reload(const InspectedPlugin& next, Millis most);

  /// Stops and destroys all, in reverse: no new calls, those that run have until `deadline` (not
  /// set: each its own). Nobody may use a plugin any more. Returns the names of those whose calls
  /// are stuck; they are left behind for good.
  std::vector<std::string> drain(MonotonicTime deadline);

 private:
  /// What an instance is made of, and itself.
  struct Made {
    InspectedPlugin inspected;
    std::shared_ptr<const PluginCode> code;
    std::shared_ptr<HostServices> services;
    std::shared_ptr<PluginInstance> instance;
  };
  struct Entry {
    Made made;
    std::unique_ptr<Plugin> plugin;
    unsigned images = 1;  // Loaded into this process, one after the other.
  };

  explicit Registry(const ServiceSources& sources);
  Result<std::shared_ptr<const PluginCode>> load(const InspectedPlugin& plugin, Entry* before);
  Result<Made> create(const InspectedPlugin& plugin, std::shared_ptr<const PluginCode> code);
  Result<Made> create_and_start(const InspectedPlugin& plugin,
                                std::shared_ptr<const PluginCode> code);
  Status reload_beside(const InspectedPlugin& next, std::shared_ptr<const PluginCode> code,
                       Entry& entry, Millis most);
  Status reload_alone(const InspectedPlugin& next, std::shared_ptr<const PluginCode> code,
                      Entry& entry, Millis most);
  Made exchange_made(Entry& entry, Made made);
  bool retire(Made& made, MonotonicTime deadline);
  Entry* find_entry(std::string_view name);

  const ServiceSources sources_;
  const std::shared_ptr<Launcher> launcher_;
  std::mutex reloading_{};
  mutable std::mutex mutex_{};  // Guards Entry::made between a reload and vouched().
  std::vector<std::unique_ptr<Entry>> entries_{};
  /// Of instances that have gone: a plugin's own threads may call the host however late.
  std::vector<std::shared_ptr<HostServices>> late_services_{};
  std::vector<std::shared_ptr<PluginInstance>> left_behind_{};  // Stuck in a call.
};

}  // namespace conserje
