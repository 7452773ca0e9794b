#include "store/locks.hpp"

namespace conserje {
namespace {

constexpr auto kAcquire = R"sql(
    INSERT INTO locks (tenant, resource, holder, expires_ms) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant, resource) DO UPDATE
    SET holder = excluded.holder, expires_ms = excluded.expires_ms
    WHERE locks.holder = excluded.holder OR locks.expires_ms <= $5)sql";

constexpr auto kRelease = "DELETE FROM locks WHERE tenant = $1 AND resource = $2 AND holder = $3";

constexpr auto kRecord = R"sql(
    INSERT INTO lock_audit (tenant, resource, holder, action, at_ms)
    VALUES ($1, $2, $3, $4, $5))sql";

constexpr auto kLastOfHis = R"sql(
    SELECT action FROM lock_audit WHERE tenant = $1 AND resource = $2 AND holder = $3
    ORDER BY id DESC LIMIT 1)sql";

constexpr auto kAudit = R"sql(
    SELECT id, resource, holder, action, at_ms FROM lock_audit
    WHERE tenant = $1 AND resource = $2 ORDER BY id DESC LIMIT $3)sql";

}  // namespace

Result<bool> Locks::acquire(const std::string& tenant, const std::string& resource,
                            const std::string& holder, WallTime now, Millis ttl) {
  return database_.transact([&](Transaction& tx) {
    const bool is_his = tx.execute(kAcquire, tenant, resource, holder, now + ttl, now) == 1;
    const auto last = tx.query(kLastOfHis, tenant, resource, holder);
    const bool still_waits = !is_his && !last.empty() && last.front().text("action") == "refused";
    if (!still_waits)
      tx.execute(kRecord, tenant, resource, holder, is_his ? "acquired" : "refused", now);
    return is_his;
  });
}

void Locks::release(Transaction& tx, const std::string& tenant, const std::string& resource,
                    const std::string& holder, WallTime now) {
  if (tx.execute(kRelease, tenant, resource, holder) == 1)
    tx.execute(kRecord, tenant, resource, holder, "released", now);
}

Result<std::vector<LockAuditRow>> Locks::audit(const std::string& tenant,
                                               const std::string& resource, std::int64_t limit) {
  return database_.read([&](Transaction& tx) {
    std::vector<LockAuditRow> rows;
    for (const auto& row : tx.query(kAudit, tenant, resource, limit))
      rows.push_back({row.integer("id"), row.text("resource"), row.text("holder"),
                      row.text("action"), row.time("at_ms")});
    return rows;
  });
}

}  // namespace conserje
