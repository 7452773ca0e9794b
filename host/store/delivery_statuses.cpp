#include "store/delivery_statuses.hpp"

#include <chrono>
#include <utility>

#include "store/lane_queue.hpp"

namespace conserje {
namespace {

/// Statuses of messages that never became ours, such as those that staff sent by hand, go after
/// this.
constexpr Millis kKeptFor = std::chrono::hours(24 * 7);

constexpr auto kByReference = R"sql(
    SELECT seq, lane, state, provider_rank FROM outbox WHERE tenant = $1 AND reference = $2)sql";

constexpr auto kByProviderId = R"sql(
    SELECT seq, lane, state, provider_rank FROM outbox
    WHERE tenant = $1 AND target = $2 AND provider_id = $3 AND provider_id <> '' LIMIT 1)sql";

constexpr auto kKeep = R"sql(
    INSERT INTO delivery_statuses (tenant, channel, provider_id, reference, status, at_ms, received_ms,
                                   error_class, error_code, error_text)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (tenant, channel, provider_id, reference, status) DO NOTHING)sql";

constexpr auto kForgetOld = "DELETE FROM delivery_statuses WHERE received_ms < $1";

constexpr auto kApply = R"sql(
    UPDATE outbox SET provider_status = $1, provider_rank = $2, provider_status_ms = $3,
                      provider_id = CASE WHEN provider_id = '' THEN $4 ELSE provider_id END
    WHERE seq = $5 AND provider_rank < $2)sql";

constexpr auto kSent = R"sql(
    UPDATE outbox SET state = 'sent', due_ms = NULL
    WHERE seq = $1 AND state IN ('pending', 'sending', 'failed'))sql";

constexpr auto kFailed = R"sql(
    UPDATE outbox SET state = 'failed', due_ms = $1, lease_owner = '', last_error = $2
    WHERE seq = $3 AND state IN ('pending', 'sending', 'sent'))sql";

constexpr auto kKept = R"sql(
    DELETE FROM delivery_statuses WHERE tenant = $1 AND channel = $2 AND provider_id = $3
    RETURNING reference, status, at_ms, received_ms, error_class, error_code, error_text)sql";

std::string failure_text(const DeliveryStatusRow& status) {
  return status.error_class + " " + status.error_code + ": " + status.error_text;
}

}  // namespace

DeliveryStatusRow status_row(std::string_view tenant, std::string_view channel,
                             channel::DeliveryStatus status, WallTime received) {
  return {.tenant = std::string(tenant),
          .channel = std::string(channel),
          .provider_id = std::move(status.message_id),
          .reference = std::move(status.reference),
          .status = std::move(status.status),
          .at = WallTime(Millis(status.timestamp_ms)),
          .received = received,
          .error_class =
              status.needs_template ? std::string(kNeedsTemplate) : std::move(status.error_class),
          .error_code = std::move(status.error_code),
          .error_text = std::move(status.error_text)};
}

int status_rank(std::string_view status) {
  if (status == "sent") return 1;
  if (status == "failed") return 2;
  if (status == "delivered") return 3;
  if (status == "read") return 4;
  if (status == "played") return 5;
  return 0;
}

bool record_status(Transaction& tx, const DeliveryStatusRow& s) {
  const int rank = status_rank(s.status);
  if (rank == 0) return false;

  auto rows = tx.query(kByReference, s.tenant, s.reference);
  if (rows.empty()) rows = tx.query(kByProviderId, s.tenant, s.channel, s.provider_id);
  if (rows.empty()) {
    tx.execute(kForgetOld, s.received - kKeptFor);
    tx.execute(kKeep, s.tenant, s.channel, s.provider_id, s.reference, s.status, s.at, s.received,
               s.error_class, s.error_code, s.error_text);
    return false;
  }

  const auto seq = rows.front().integer("seq");
  if (tx.execute(kApply, s.status, rank, s.at, s.provider_id, seq) == 0) return false;
  if (s.status == "failed") {
    tx.execute(kFailed, s.received, failure_text(s), seq);
  } else if (tx.execute(kSent, seq) == 1) {
    LaneQueue("outbox").promote(tx, s.tenant, rows.front().text("lane"), s.received);
  }
  return true;
}

void connect_statuses(Transaction& tx, std::string_view tenant, std::string_view channel,
                      std::string_view provider_id) {
  for (const auto row : tx.query(kKept, tenant, channel, provider_id)) {
    record_status(tx, {.tenant = std::string(tenant),
                       .channel = std::string(channel),
                       .provider_id = std::string(provider_id),
                       .reference = row.text("reference"),
                       .status = row.text("status"),
                       .at = row.time("at_ms"),
                       .received = row.time("received_ms"),
                       .error_class = row.text("error_class"),
                       .error_code = row.text("error_code"),
                       .error_text = row.text("error_text")});
  }
}

}  // namespace conserje
