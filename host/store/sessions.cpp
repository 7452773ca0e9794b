#include "store/sessions.hpp"

namespace conserje {
namespace {

constexpr auto kFind = R"sql(
    SELECT tenant, lane, data, updated_ms, expires_ms, revision FROM sessions
    WHERE tenant = $1 AND lane = $2 AND expires_ms > $3)sql";

constexpr auto kInsert = R"sql(
    INSERT INTO sessions (tenant, lane, data, updated_ms, expires_ms, revision)
    VALUES ($1, $2, $3, $4, $5, 1)
    ON CONFLICT (tenant, lane) DO UPDATE
    SET data = excluded.data, updated_ms = excluded.updated_ms, expires_ms = excluded.expires_ms,
        revision = sessions.revision + 1
    WHERE sessions.expires_ms <= excluded.updated_ms)sql";

constexpr auto kUpdate = R"sql(
    UPDATE sessions SET data = $1, updated_ms = $2, expires_ms = $3, revision = revision + 1
    WHERE tenant = $4 AND lane = $5 AND revision = $6)sql";

constexpr auto kRemoveExpired = R"sql(
    DELETE FROM sessions WHERE (tenant, lane) IN (
      SELECT tenant, lane FROM sessions WHERE expires_ms <= $1 ORDER BY expires_ms LIMIT $2))sql";

constexpr auto kActive = "SELECT COUNT(*) AS active FROM sessions WHERE expires_ms > $1";

}  // namespace

Result<std::optional<SessionRow>> Sessions::find(const std::string& tenant, const std::string& lane,
                                                 WallTime now) {
  return database_.read([&](Transaction& tx) -> std::optional<SessionRow> {
    const auto rows = tx.query(kFind, tenant, lane, now);
    if (rows.empty()) return std::nullopt;
    const auto row = rows.front();
    return SessionRow{row.text("tenant"),     row.text("lane"),       row.text("data"),
                      row.time("updated_ms"), row.time("expires_ms"), row.integer("revision")};
  });
}

bool Sessions::save(Transaction& tx, const SessionRow& s) {
  if (s.revision == 0)
    return tx.execute(kInsert, s.tenant, s.lane, s.data, s.updated, s.expires) == 1;
  return tx.execute(kUpdate, s.data, s.updated, s.expires, s.tenant, s.lane, s.revision) == 1;
}

std::int64_t Sessions::remove_expired(Transaction& tx, WallTime now, std::int64_t limit) {
  return tx.execute(kRemoveExpired, now, limit);
}

Result<std::int64_t> Sessions::active(WallTime now) {
  return database_.read(
      [&](Transaction& tx) { return tx.query(kActive, now).front().integer("active"); });
}

}  // namespace conserje
