#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "admin/plugins.hpp"
#include "app/generation.hpp"
#include "app/start.hpp"
#include "ops/log.hpp"
#include "plugin/plugin_change.hpp"
#include "plugin/registry.hpp"

namespace conserje {

/// The keys of `next` that a running host cannot follow, and that differ from `running`. Pure.
std::vector<std::string> keys_of_the_start(const Pipeline& running, const Pipeline& next);

/// Takes the host from what it runs to what the configuration file and the plugins' files say now,
/// or leaves all as it is and tells why. Threads: any; one reload at a time.
class Reloader {
 public:
  struct Parts {
    std::filesystem::path file;  // The configuration.
    Registry& registry;
    const CurrentGeneration& current;
    /// Puts the next generation in the place of the one that runs; returns when nobody works with
    /// that any more, or `most` is over.
    std::function<void(Generation::Sources, Millis most)> adopt;
    const Clock& clock;
    Log log;
  };
  /// All outlive the reloader.
  explicit Reloader(Parts parts) : parts_(std::move(parts)) {}

  /// One plugin, with what the file says of it. Errors, when nothing was tried: config, the file
  /// has errors (the text is the whole report) or no such plugin; retry, another reload is under
  /// way; cancelled, the host stops.
  Result<ReloadOutcome> reload(const std::string& plugin);
  /// All of the file: one outcome for each plugin that was changed, added or removed, and one for
  /// the rest where that has changed. One failure, and nothing of it is done. The same errors, and
  /// config: the file changes what only a start can.
  Result<std::vector<ReloadOutcome>> reload_all();

  /// What became of the last reload of that plugin.
  std::optional<ReloadOutcome> last(const std::string& plugin) const;

  /// Waits for a reload that is under way; there is none afterwards.
  void stop();

 private:
  using Plugins = std::vector<const InspectedPlugin*>;

  Result<Checked> read() const;
  std::vector<std::string> lost_by(const Checked& fresh) const;
  Plugins changed_in(const Checked& fresh, const PluginChange& change) const;
  bool may_stay_away(const InspectedPlugin& plugin) const;
  bool is_of_another_kind(const InspectedPlugin& next) const;
  const InspectedPlugin* make_all(PluginChange& change, const Plugins& plugins,
                                  std::vector<ReloadOutcome>& failed) const;
  std::vector<ReloadOutcome> with_the_others(std::vector<ReloadOutcome> outcomes,
                                             const Plugins& plugins,
                                             const std::string& failed) const;
  ReloadOutcome outcome(const std::string& plugin, bool done, std::string detail) const;
  std::vector<ReloadOutcome> concluded(std::vector<ReloadOutcome> outcomes, MonotonicTime began);

  const Parts parts_;
  std::mutex reloading_{};
  bool stopped_ = false;        // Guarded by reloading_.
  mutable std::mutex mutex_{};  // Guards last_.
  std::map<std::string, ReloadOutcome> last_{};
};

}  // namespace conserje
