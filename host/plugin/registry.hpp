#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/finding.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/secrets.hpp"
#include "plugin/instance.hpp"
#include "plugin/manifest.hpp"
#include "plugin/module.hpp"
#include "plugin/services.hpp"
#include "plugin/trust.hpp"

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

/// The plugins that run. Threads: find() and all() any; the rest main.
class Registry {
 public:
  /// Loads each file once and makes the instances, in the order given. What fails is a finding, as
  /// in inspect_plugins.
  static Registry open(std::vector<InspectedPlugin> plugins, const ServiceSources& sources,
                       std::vector<Finding>& findings);
  Registry(Registry&&) noexcept = default;
  /// Drains and destroys what still runs, in the reverse of the order given.
  ~Registry();

  /// Starts all, in order. One that fails is a finding and is left out.
  void start(std::vector<Finding>& findings);

  /// The instance of that name, or null: it is not configured, or was left out.
  PluginInstance* find(std::string_view name) const;
  std::span<const std::unique_ptr<PluginInstance>> all() const { return instances_; }

  /// Stops and destroys all, in reverse: no new calls, those that run have until `deadline` (not
  /// set: each its own). Nobody may use an instance any more. Returns the names of those whose
  /// calls are stuck; they are left behind for good.
  std::vector<std::string> drain(MonotonicTime deadline);

 private:
  Registry() = default;
  void add(const PluginUse& use, const Manifest& manifest, const PluginCode& code,
           const ServiceSources& sources, std::vector<Finding>& findings);
  void remove(std::size_t index);

  std::vector<std::shared_ptr<HostServices>> services_;  // Outlive the instances.
  std::vector<std::unique_ptr<PluginInstance>> instances_;
};

}  // namespace conserje
