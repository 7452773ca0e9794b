#include "store/deposits.hpp"

#include <array>

#include "store/words.hpp"

namespace conserje {
namespace {

constexpr auto kAdd = R"sql(
    INSERT INTO deposits (tenant, lane, reservation, channel, message_id, media, state, received_ms)
    VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7)
    ON CONFLICT (tenant, channel, message_id) DO NOTHING)sql";

constexpr auto kList = R"sql(
    SELECT d.*, c.conversation FROM deposits d
    LEFT JOIN conversations c ON c.tenant = d.tenant AND c.lane = d.lane
    WHERE d.tenant = $1 AND d.id > $2 AND ($3 = '' OR d.state = $3) ORDER BY d.id LIMIT $4)sql";

constexpr auto kDecide = R"sql(
    UPDATE deposits SET state = $1, reason = $2, decided_by = $3, decided_ms = $4
    WHERE tenant = $5 AND id = $6 AND decided_ms IS NULL)sql";

constexpr std::array kStates{DepositState::waiting, DepositState::approved, DepositState::refused};

DepositRow deposit_of(const Row& row) {
  return {.id = row.integer("id"),
          .tenant = row.text("tenant"),
          .lane = row.text("lane"),
          .reservation = row.text("reservation"),
          .channel = row.text("channel"),
          .message_id = row.text("message_id"),
          .media = row.text("media"),
          .state = from_word(row.text("state"), kStates),
          .received = row.time("received_ms"),
          .decided = row.optional_time("decided_ms"),
          .reason = row.text("reason"),
          .decided_by = row.text("decided_by"),
          .conversation = row.optional_text("conversation").value_or("")};
}

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
  return list(tenant, 0, DepositState::waiting, limit);
}

Result<std::vector<DepositRow>> Deposits::list(const std::string& tenant, std::int64_t after,
                                               std::optional<DepositState> state,
                                               std::int64_t limit) {
  const auto wanted = state ? to_string(*state) : std::string_view();
  return database_.read([&](Transaction& tx) {
    std::vector<DepositRow> out;
    for (const auto& row : tx.query(kList, tenant, after, wanted, limit))
      out.push_back(deposit_of(row));
    return out;
  });
}

Result<std::optional<DepositRow>> Deposits::find(const std::string& tenant, std::int64_t id) {
  const auto found = list(tenant, id - 1, std::nullopt, 1);
  if (!found) return found.error();
  if (found->empty() || found->front().id != id) return std::optional<DepositRow>();
  return std::optional(found->front());
}

bool Deposits::decide(Transaction& tx, const std::string& tenant, std::int64_t id,
                      const Decision& decision, WallTime now) {
  return tx.execute(kDecide, to_string(decision.state), decision.reason, decision.by, now, tenant,
                    id) == 1;
}

}  // namespace conserje
