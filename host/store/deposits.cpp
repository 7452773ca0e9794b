#include "store/deposits.hpp"

namespace conserje {
namespace {

constexpr auto kAdd = R"sql(
    INSERT INTO deposits (tenant, lane, reservation, channel, message_id, media, state, received_ms)
    VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7)
    ON CONFLICT (tenant, channel, message_id) DO NOTHING)sql";

constexpr auto kWaiting = R"sql(
    SELECT id, tenant, lane, reservation, channel, message_id, media, received_ms FROM deposits
    WHERE tenant = $1 AND decided_ms IS NULL ORDER BY id LIMIT $2)sql";

constexpr auto kDecide = R"sql(
    UPDATE deposits SET state = $1, decided_ms = $2
    WHERE tenant = $3 AND id = $4 AND decided_ms IS NULL)sql";

}  // namespace

std::string_view to_string(DepositState state) {
  switch (state) {
    case DepositState::waiting: return "waiting";
    case DepositState::approved: return "approved";
    case DepositState::refused: return "refused";
  }
  return "";
}

void Deposits::add(Transaction& tx, const DepositRow& d) {
  tx.execute(kAdd, d.tenant, d.lane, d.reservation, d.channel, d.message_id, d.media, d.received);
}

Result<std::vector<DepositRow>> Deposits::waiting(const std::string& tenant, std::int64_t limit) {
  return database_.read([&](Transaction& tx) {
    std::vector<DepositRow> out;
    for (const auto& row : tx.query(kWaiting, tenant, limit))
      out.push_back({.id = row.integer("id"),
                     .tenant = row.text("tenant"),
                     .lane = row.text("lane"),
                     .reservation = row.text("reservation"),
                     .channel = row.text("channel"),
                     .message_id = row.text("message_id"),
                     .media = row.text("media"),
                     .received = row.time("received_ms")});
    return out;
  });
}

bool Deposits::decide(Transaction& tx, const std::string& tenant, std::int64_t id,
                      DepositState state, WallTime now) {
  return tx.execute(kDecide, to_string(state), now, tenant, id) == 1;
}

}  // namespace conserje
