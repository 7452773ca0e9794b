#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "admin/endpoint.hpp"
#include "guard/clock.hpp"
#include "ops/health.hpp"

namespace conserje {

/// One part of a sandbox, and whether this kernel really holds it.
struct SandboxItem {
  std::string name{};  // "seccomp"
  bool enforced = false;
  std::string detail{};  // Why not, or how far; may be empty.
};

/// What became of the wish to reload one plugin.
struct ReloadOutcome {
  std::string plugin{};         // "(pipeline)": what is no plugin.
  bool reloaded = false;        // False: the generation before goes on serving.
  std::int64_t generation = 1;  // The one that serves now; 0: none.
  std::string detail{};         // Why not, with what to do about it; may be empty.
  WallTime at{};
  Millis took{};
};

/// A configured plugin as operators see it. Texts hold no secret.
struct PluginView {
  std::string name{};  // In the configuration.
  std::string use{};   // "channel/console", or the path of a file.
  std::string id{};    // Of the manifest, as is the version.
  std::string version{};
  std::vector<std::string> kinds{};
  bool required = false;
  std::string isolation = "in_process";
  std::int64_t generation = 1;  // Counts reloads.
  HealthState health = HealthState::ok;
  std::string health_detail{};
  std::string origin{};                // Who vouches for its file; empty: not known.
  std::string key{};                   // The name of the key that signed it; may be empty.
  std::vector<SandboxItem> sandbox{};  // Empty: none.
  unsigned in_flight = 0;              // Calls that run now,
  unsigned slots = 0;                  // of at most these.
  std::optional<ReloadOutcome> last_reload{};
};

/// What the area shows and does; app hands it over. Threads: any, several at once. A reload may
/// take as long as its plugin's calls.
struct PluginsArea {
  std::function<std::vector<PluginView>()> list{};
  std::function<std::optional<PluginView>(const std::string& name)> find{};
  /// Errors, when nothing was tried: config, the configuration cannot be read (the text is the
  /// whole report); retry, another reload is under way. Null: this host does not offer it (501).
  std::function<Result<ReloadOutcome>(const std::string& name)> reload{};
  /// All of the configuration: one outcome for each plugin that was changed, added or removed, and
  /// one for the rest of it. All or nothing. The same errors.
  std::function<Result<std::vector<ReloadOutcome>>()> reload_all{};
};

/// /api/v1/admin/plugins, its reload, and /api/v1/admin/reload.
std::vector<Endpoint> plugin_endpoints(PluginsArea area);

}  // namespace conserje
