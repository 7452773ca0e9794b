#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conserje/result.hpp"

namespace conserje {

/// Where cj.kv/1 keeps the plugins' values; app adapts the store's table to it. Threads: any.
class PluginStorage {
 public:
  struct Value {
    std::string value{};
    std::uint64_t revision = 0;  // From 1.

    bool operator==(const Value&) const = default;
  };

  virtual ~PluginStorage() = default;
  virtual Result<std::optional<Value>> get(const std::string& plugin, const std::string& key) = 0;
  /// expected: nullopt: whatever stands there; 0: nothing may; else the stored revision. The new
  /// revision, or nullopt when `expected` did not hold. Errors: permanent with vendor_code
  /// "too_large": over `quota_bytes` of all of the plugin's values.
  virtual Result<std::optional<std::uint64_t>> put(const std::string& plugin,
                                                   const std::string& key, const std::string& value,
                                                   std::optional<std::uint64_t> expected,
                                                   std::size_t quota_bytes) = 0;
  /// False: nothing stood there, or another revision.
  virtual Result<bool> remove(const std::string& plugin, const std::string& key,
                              std::optional<std::uint64_t> expected) = 0;
  /// The keys that begin with `prefix`, in byte order.
  virtual Result<std::vector<std::string>> list(const std::string& plugin,
                                                const std::string& prefix) = 0;
};

}  // namespace conserje
