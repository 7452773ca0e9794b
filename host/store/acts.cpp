#include "store/acts.hpp"

namespace conserje {
namespace {

constexpr auto kDecide = R"sql(
    INSERT INTO acts (tenant, idempotency_key, decision, created_ms) VALUES ($1, $2, $3, $4)
    ON CONFLICT (tenant, idempotency_key) DO NOTHING)sql";

constexpr auto kFind = R"sql(
    SELECT tenant, idempotency_key, decision, outcome, created_ms FROM acts
    WHERE tenant = $1 AND idempotency_key = $2)sql";

constexpr auto kRecord = R"sql(
    UPDATE acts SET outcome = $1 WHERE tenant = $2 AND idempotency_key = $3 AND outcome IS NULL)sql";

std::optional<ActRow> find_in(Transaction& tx, const std::string& tenant, const std::string& key) {
  const auto rows = tx.query(kFind, tenant, key);
  if (rows.empty()) return std::nullopt;
  const auto row = rows.front();
  return ActRow{row.text("tenant"), row.text("idempotency_key"), row.text("decision"),
                row.optional_text("outcome"), row.time("created_ms")};
}

}  // namespace

Result<ActRow> Acts::decide(const std::string& tenant, const std::string& idempotency_key,
                            const std::string& decision, WallTime now) {
  return database_.transact([&](Transaction& tx) {
    tx.execute(kDecide, tenant, idempotency_key, decision, now);
    return *find_in(tx, tenant, idempotency_key);
  });
}

Status Acts::record(const std::string& tenant, const std::string& idempotency_key,
                    const std::string& outcome) {
  return database_.transact([&](Transaction& tx) { record(tx, tenant, idempotency_key, outcome); });
}

void Acts::record(Transaction& tx, const std::string& tenant, const std::string& idempotency_key,
                  const std::string& outcome) {
  tx.execute(kRecord, outcome, tenant, idempotency_key);
}

Result<std::optional<ActRow>> Acts::find(const std::string& tenant,
                                         const std::string& idempotency_key) {
  return database_.read([&](Transaction& tx) { return find_in(tx, tenant, idempotency_key); });
}

}  // namespace conserje
