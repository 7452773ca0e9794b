#include "store/plugin_kv.hpp"

namespace conserje {
namespace {

constexpr auto kGet = "SELECT value, revision FROM plugin_kv WHERE plugin = $1 AND key = $2";

constexpr auto kUsed = R"sql(
    SELECT COUNT(*) AS entries, COALESCE(SUM(LENGTH(value)), 0) AS bytes FROM plugin_kv
    WHERE plugin = $1 AND key <> $2)sql";

constexpr auto kPut = R"sql(
    INSERT INTO plugin_kv (plugin, key, value, revision) VALUES ($1, $2, $3, 1)
    ON CONFLICT (plugin, key) DO UPDATE SET value = excluded.value, revision = plugin_kv.revision + 1
    RETURNING revision)sql";

constexpr auto kPutNew = R"sql(
    INSERT INTO plugin_kv (plugin, key, value, revision) VALUES ($1, $2, $3, 1)
    ON CONFLICT (plugin, key) DO NOTHING
    RETURNING revision)sql";

constexpr auto kReplace = R"sql(
    UPDATE plugin_kv SET value = $3, revision = revision + 1
    WHERE plugin = $1 AND key = $2 AND revision = $4
    RETURNING revision)sql";

constexpr auto kRemove = "DELETE FROM plugin_kv WHERE plugin = $1 AND key = $2";
constexpr auto kRemoveRevision =
    "DELETE FROM plugin_kv WHERE plugin = $1 AND key = $2 AND revision = $3";

constexpr auto kList = R"sql(
    SELECT key FROM plugin_kv WHERE plugin = $1 AND substr(key, 1, length($2)) = $2 ORDER BY key)sql";

Error too_large(const std::string& what) {
  return {.error_class = ErrorClass::permanent,
          .message = "store: " + what,
          .vendor_code = "too_large"};
}

}  // namespace

Result<std::optional<StoredValue>> PluginKv::get(const std::string& plugin,
                                                 const std::string& key) {
  return database_.read([&](Transaction& tx) -> std::optional<StoredValue> {
    const auto rows = tx.query(kGet, plugin, key);
    if (rows.empty()) return std::nullopt;
    return StoredValue{rows.front().blob("value").bytes, rows.front().integer("revision")};
  });
}

Result<std::optional<std::int64_t>> PluginKv::put(const std::string& plugin, const std::string& key,
                                                  const std::string& value,
                                                  std::optional<std::int64_t> expected) {
  if (key.empty() || key.size() > quota_.key_bytes)
    return too_large("a plugin's key is empty or too long");
  if (value.size() > quota_.value_bytes) return too_large("a plugin's value is too large");
  const Blob blob{value};
  return database_.transact([&](Transaction& tx) -> std::optional<std::int64_t> {
    const auto used = tx.query(kUsed, plugin, key);
    if (used.front().integer("entries") >= quota_.entries ||
        used.front().integer("bytes") + static_cast<std::int64_t>(value.size()) > quota_.bytes)
      abort_transaction(too_large("a plugin is over its storage quota"));

    const auto rows = !expected        ? tx.query(kPut, plugin, key, blob)
                      : *expected == 0 ? tx.query(kPutNew, plugin, key, blob)
                                       : tx.query(kReplace, plugin, key, blob, *expected);
    if (rows.empty()) return std::nullopt;
    return rows.front().integer("revision");
  });
}

Result<bool> PluginKv::remove(const std::string& plugin, const std::string& key,
                              std::optional<std::int64_t> expected) {
  return database_.transact([&](Transaction& tx) {
    return (expected ? tx.execute(kRemoveRevision, plugin, key, *expected)
                     : tx.execute(kRemove, plugin, key)) == 1;
  });
}

Result<std::vector<std::string>> PluginKv::list(const std::string& plugin,
                                                const std::string& prefix) {
  return database_.read([&](Transaction& tx) {
    std::vector<std::string> keys;
    for (const auto row : tx.query(kList, plugin, prefix)) keys.push_back(row.text("key"));
    return keys;
  });
}

}  // namespace conserje
