#include "store/reconciliations.hpp"

namespace conserje {
namespace {

constexpr auto kFind = "SELECT until_ms FROM reconciliations WHERE tenant = $1 AND channel = $2";

constexpr auto kSave = R"sql(
    INSERT INTO reconciliations (tenant, channel, until_ms) VALUES ($1, $2, $3)
    ON CONFLICT (tenant, channel) DO UPDATE SET until_ms = excluded.until_ms)sql";

}  // namespace

Result<std::optional<WallTime>> Reconciliations::until(const std::string& tenant,
                                                       const std::string& channel) {
  return database_.read([&](Transaction& tx) -> std::optional<WallTime> {
    const auto rows = tx.query(kFind, tenant, channel);
    if (rows.empty()) return std::nullopt;
    return rows.front().time("until_ms");
  });
}

Status Reconciliations::save(const std::string& tenant, const std::string& channel,
                             WallTime until) {
  return database_.transact([&](Transaction& tx) { tx.execute(kSave, tenant, channel, until); });
}

}  // namespace conserje
