#include <iostream>
#include <optional>
#include <system_error>

#include "cli/commands.hpp"
#include "cli/plugin_files.hpp"
#include "plugin/registry.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

int fail(const std::string& text) {
  std::cerr << "conserje plugins lock: " << text << '\n';
  return 1;
}

/// The files of the configuration's plugins. None after a complaint.
std::optional<std::vector<fs::path>> configured_files(const PluginPlaces& places) {
  std::vector<fs::path> files;
  for (const auto& use : places.pipeline.plugins) {
    const auto file = locate_plugin(use, places.folders);
    if (!file) {
      fail("plugin \"" + use.name + "\": " + file.error().message);
      return std::nullopt;
    }
    files.push_back(*file);
  }
  return files;
}

/// Puts the files into the lock and says what changed. False after a complaint.
bool accept_all(const std::vector<fs::path>& files, const TrustRules& trust, Lock& lock) {
  for (const auto& file : files) {
    const auto looked = look_at(file, trust);
    if (!looked) {
      fail(file.string() + ": " + looked.error().message);
      return false;
    }
    const auto& [manifest, vouched] = *looked;
    const auto change = update(lock, {manifest.id, manifest.version, vouched.digest, vouched.key});
    if (!change.empty()) std::cout << change << " (" << describe(vouched) << ")\n";
  }
  return true;
}

}  // namespace

int plugins_lock_command(const fs::path& config, const fs::path& lock_file,
                         const std::vector<fs::path>& named) {
  const auto places = plugin_places(config);
  if (has_errors(places.findings)) return fail("nothing was written\n" + report(places.findings));
  const auto target = lock_file.empty() ? places.pipeline.trust.lock : lock_file;
  if (target.empty())
    return fail(
        "no lock file is named; add `trust: {lock: plugins.lock}` to " +
        (config.empty() ? "the configuration and name that: --config FILE" : config.string()) +
        ", or name one: --lock FILE");
  const auto files = named.empty() ? configured_files(places) : std::optional(named);
  if (!files) return 1;
  if (files->empty()) return fail("no plugin is named; name their files, or --config FILE");

  Lock lock;
  std::error_code error;
  if (fs::exists(target, error)) {
    const auto before = read_lock(target);
    if (!before) return fail(before.error().message);
    lock = *before;
  }
  const auto before = lock;
  if (!accept_all(*files, places.trust, lock)) return 1;
  if (lock == before && fs::exists(target, error)) {
    std::cout << target.string() << " is up to date\n";
    return 0;
  }
  const auto written = write_lock(target, lock);
  return written ? 0 : fail(written.error().message);
}

}  // namespace conserje
