#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/plugins.hpp"
#include "app/start.hpp"
#include "ops/log.hpp"
#include "plugin/registry.hpp"

namespace conserje {

/// The secrets of the configurations that were read since the start; what was revealed stays where
/// it is. Threads: any.
class LivingSecrets {
 public:
  explicit LivingSecrets(SecretStore first);

  /// The value of the latest configuration that has one.
  std::optional<std::string_view> reveal(std::string_view plugin, std::string_view handle) const;
  /// Puts a later configuration's before all others.
  void add(SecretStore later);
  /// Takes back what add() did last.
  void forget_latest();

 private:
  mutable std::mutex mutex_{};
  std::vector<std::unique_ptr<const SecretStore>> kept_{};
  std::vector<const SecretStore*> in_use_{};  // The latest last.
};

/// Gives the running plugins what the configuration file and their own files say now. A reload ends
/// with its true result: the new instance serves, or the old one does and the reason is told.
/// Threads: any; one reload at a time.
class Reloader {
 public:
  /// `file`: the configuration; `running`: what the host was started with. All else outlives it.
  struct Parts {
    std::filesystem::path file;
    const Pipeline& running;
    Registry& registry;
    LivingSecrets& secrets;
    const Clock& clock;
    Log log;
  };
  explicit Reloader(Parts parts) : parts_(std::move(parts)) {}

  /// Errors, when nothing was tried: config, the file has errors (the text is the whole report) or
  /// no such plugin; retry, another reload is under way.
  Result<ReloadOutcome> reload(const std::string& plugin);
  /// Every plugin whose file, settings or secrets have changed; what else has changed in the file
  /// is told as not reloaded. The same errors.
  Result<std::vector<ReloadOutcome>> reload_all();

  std::optional<ReloadOutcome> last(const std::string& plugin) const;

 private:
  Result<Checked> read() const;
  ReloadOutcome replace(const InspectedPlugin& next);
  void reload_changed(Checked& fresh, std::vector<ReloadOutcome>& outcomes);

  const Parts parts_;
  std::mutex reloading_{};
  mutable std::mutex mutex_{};  // Guards last_.
  std::map<std::string, ReloadOutcome> last_{};
};

}  // namespace conserje
