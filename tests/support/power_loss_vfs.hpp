#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace conserje {

/// A disk in memory for SQLite that can lose its power: what was written and not synced may be
/// there afterwards, or not, sector by sector (512 bytes), whatever was written first; a file that
/// was never synced may be gone. Sectors are whole and their neighbours unharmed
/// (SQLITE_IOCAP_POWERSAFE_OVERWRITE, which SQLite assumes on Unix). Threads: any.
class PowerLossVfs {
 public:
  /// Registers the VFS under `name`, until it goes; every connection is closed before.
  explicit PowerLossVfs(std::string name);
  ~PowerLossVfs();
  PowerLossVfs(const PowerLossVfs&) = delete;
  PowerLossVfs& operator=(const PowerLossVfs&) = delete;

  const std::string& name() const { return name_; }
  /// Writes, truncations, deletions and syncs so far.
  std::uint64_t operations() const;
  /// The power goes when `operations` more have been done: the next one fails, and so does
  /// everything after it.
  void cut_after(std::uint64_t operations);
  /// The sync after `syncs` more fails once, and what it was to write never reaches the disk,
  /// though programs go on reading it: what Linux does after a write error.
  void fail_sync_after(std::uint64_t syncs);
  /// The power goes now, if it has not, and comes back. The seed decides what the disk kept. Every
  /// connection is closed before.
  void cut(std::uint64_t seed);
  /// Forgets every file. Every connection is closed before.
  void format();

  /// What follows is for the functions that SQLite calls.

  struct Change {
    std::uint64_t offset = 0;
    std::string bytes{};
    bool is_truncation = false;  // To `offset`.
  };
  struct File {
    std::string seen{};             // What programs read.
    std::string kept{};             // What the disk holds for certain.
    std::vector<Change> changes{};  // From `kept` to `seen`.
    bool is_kept = false;           // Whether its name is on the disk for certain.
    bool is_deleted = false;        // For programs; a deletion that was not synced may be undone.
    int shared_locks = 0;
    bool reserved = false;
    bool exclusive = false;
  };
  /// The index of a write-ahead log, which lives in memory.
  struct SharedIndex {
    std::vector<std::unique_ptr<char[]>> regions{};
    int shared[SQLITE_SHM_NLOCK] = {};
    bool exclusive[SQLITE_SHM_NLOCK] = {};
  };

  std::mutex& mutex() { return mutex_; }
  bool has_power() const { return has_power_; }
  /// Counts one changing operation; false: the power is gone.
  bool change();
  /// Whether the sync that begins now fails.
  bool sync_fails();
  std::map<std::string, std::shared_ptr<File>>& files() { return files_; }
  std::map<std::string, SharedIndex>& indexes() { return indexes_; }

 private:
  void survive(File& file, std::mt19937_64& random);

  const std::string name_;
  sqlite3_vfs vfs_{};
  mutable std::mutex mutex_;  // Guards what follows.
  std::map<std::string, std::shared_ptr<File>> files_;
  std::map<std::string, SharedIndex> indexes_;
  std::uint64_t operations_ = 0;
  std::uint64_t cut_at_ = UINT64_MAX;
  std::uint64_t syncs_until_failure_ = UINT64_MAX;
  bool has_power_ = true;
};

}  // namespace conserje
