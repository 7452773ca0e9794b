#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/database.hpp"

namespace conserje {

/// What one plugin may store.
struct PluginKvQuota {
  std::int64_t entries = 1000;
  std::int64_t bytes = 4 * 1024 * 1024;  // Of all its values.
  std::size_t key_bytes = 256;           // Source: cj.h, cj.kv/1.
  std::size_t value_bytes = 64 * 1024;
};

/// A value and the revision that `put` and `remove` compare with; the first revision is 1.
struct StoredValue {
  std::string value{};
  std::int64_t revision = 0;

  bool operator==(const StoredValue&) const = default;
};

/// The plugins' small durable values: table `plugin_kv`. Threads: any.
/// Errors: `permanent`, over the quota (vendor_code "too_large"); any of Database.
class PluginKv {
 public:
  explicit PluginKv(Database& database, PluginKvQuota quota = {})
      : database_(database), quota_(quota) {}

  Result<std::optional<StoredValue>> get(const std::string& plugin, const std::string& key);
  /// expected: nullopt: whatever stands there; 0: nothing may stand there; else the stored
  /// revision. The new revision, or nullopt when `expected` did not hold and nothing changed.
  Result<std::optional<std::int64_t>> put(const std::string& plugin, const std::string& key,
                                          const std::string& value,
                                          std::optional<std::int64_t> expected);
  /// False: nothing stood there, or another revision.
  Result<bool> remove(const std::string& plugin, const std::string& key,
                      std::optional<std::int64_t> expected);
  /// The keys that begin with `prefix`, in byte order.
  Result<std::vector<std::string>> list(const std::string& plugin, const std::string& prefix);

 private:
  Database& database_;
  PluginKvQuota quota_;
};

}  // namespace conserje
