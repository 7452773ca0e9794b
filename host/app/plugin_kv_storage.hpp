#pragma once

#include "plugin/plugin_storage.hpp"
#include "store/plugin_kv.hpp"

namespace conserje {

/// The plugins' values in the store's table. Threads: any.
class PluginKvStorage final : public PluginStorage {
 public:
  explicit PluginKvStorage(Database& database)
      : database_(database), kv_(database) {}  // Outlives the storage.

  Result<std::optional<Value>> get(const std::string& plugin, const std::string& key) override {
    const auto found = kv_.get(plugin, key);
    if (!found) return found.error();
    if (!*found) return std::optional<Value>();
    return std::optional(Value{(*found)->value, static_cast<std::uint64_t>((*found)->revision)});
  }
  Result<std::optional<std::uint64_t>> put(const std::string& plugin, const std::string& key,
                                           const std::string& value,
                                           std::optional<std::uint64_t> expected,
                                           std::size_t quota_bytes) override {
    PluginKv limited(database_, {.bytes = static_cast<std::int64_t>(quota_bytes)});
    const auto put = limited.put(plugin, key, value, to_signed(expected));
    if (!put) return put.error();
    if (!*put) return std::optional<std::uint64_t>();
    return std::optional(static_cast<std::uint64_t>(**put));
  }
  Result<bool> remove(const std::string& plugin, const std::string& key,
                      std::optional<std::uint64_t> expected) override {
    return kv_.remove(plugin, key, to_signed(expected));
  }
  Result<std::vector<std::string>> list(const std::string& plugin,
                                        const std::string& prefix) override {
    return kv_.list(plugin, prefix);
  }

 private:
  static std::optional<std::int64_t> to_signed(std::optional<std::uint64_t> revision) {
    if (!revision) return std::nullopt;
    return static_cast<std::int64_t>(*revision);
  }

  Database& database_;
  PluginKv kv_;
};

}  // namespace conserje
