#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/result.hpp"
#include "plugin/minisign.hpp"

namespace conserje {

/// A plugin as it was accepted.
struct LockedPlugin {
  std::string id{};
  std::string version{};
  Digest digest{};
  std::string key{};  // Whose signature it had, by the name in trust.keys; empty: none.

  bool operator==(const LockedPlugin&) const = default;
};

/// A lock file's content: one line for each plugin, `ID VERSION BLAKE2B-512 KEY`, the hash as
/// b2sum(1) prints it, "-" for no key. Lines that begin with "#" are comments.
struct Lock {
  std::vector<LockedPlugin> plugins{};  // By id, each once.

  const LockedPlugin* find(std::string_view id) const;
  bool operator==(const Lock&) const = default;
};

/// The lock file of the plugins that a build made, in their folder.
inline constexpr std::string_view kLockFileName = "plugins.lock";
/// Plugins in one lock file.
inline constexpr std::size_t kLockLimit = 4096;

/// Errors: config, with the first line that is wrong. Pure.
Result<Lock> parse_lock(std::string_view text);
std::string print(const Lock& lock);

/// Puts `plugin` in the place of what the lock says of its id. Returns what changed, for people:
/// "added ID VERSION", "ID OLD -> NEW", "ID VERSION has another file"; empty: nothing did. Pure.
std::string update(Lock& lock, LockedPlugin plugin);

/// Reads a lock file. Errors: config.
Result<Lock> read_lock(const std::filesystem::path& file);
/// Writes a lock file whole or not at all. Errors: config, with the system's reason.
Status write_lock(const std::filesystem::path& file, const Lock& lock);

}  // namespace conserje
