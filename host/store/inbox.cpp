#include "store/inbox.hpp"

#include <utility>

#include "store/dead_letters.hpp"

namespace conserje {
namespace {

constexpr auto kAccept = R"sql(
    INSERT INTO inbox (tenant, channel, message_id, lane, payload, correlation_id, received_ms, answer_by_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (tenant, channel, message_id) DO NOTHING)sql";

// Asked again: whoever asked first has gone.
constexpr auto kAskAgain = R"sql(
    UPDATE inbox SET answer_by_ms = $1
    WHERE tenant = $2 AND channel = $3 AND message_id = $4 AND due_ms IS NOT NULL)sql";

constexpr auto kFind = R"sql(
    SELECT channel, message_id, payload, correlation_id, received_ms, answer_by_ms
    FROM inbox WHERE seq = $1)sql";

constexpr auto kClose = R"sql(
    UPDATE inbox SET state = $1, due_ms = NULL, last_error = $2
    WHERE seq = $3 AND lease_owner = $4 AND attempts = $5 AND due_ms IS NOT NULL)sql";

bool close(Transaction& tx, const Lease& lease, std::string_view state, std::string_view error) {
  return tx.execute(kClose, state, error, lease.seq, lease.owner, lease.attempt) == 1;
}

/// Whether the message is new.
bool store(Transaction& tx, const InboxMessage& m) {
  const bool is_new = tx.execute(kAccept, m.tenant, m.channel, m.message_id, m.lane, m.payload,
                                 m.correlation_id, m.received, m.answer_by) == 1;
  if (!is_new && m.answer_by) tx.execute(kAskAgain, m.answer_by, m.tenant, m.channel, m.message_id);
  return is_new;
}

std::size_t weight(const std::vector<InboxMessage>& messages,
                   const std::vector<DeliveryStatusRow>& statuses) {
  std::size_t bytes = sizeof(DeliveryStatusRow) * statuses.size();
  for (const auto& message : messages) bytes += sizeof message + message.payload.size();
  return bytes;
}

}  // namespace

void Inbox::accept_all(std::vector<InboxMessage> messages, std::vector<DeliveryStatusRow> statuses,
                       OnDurable on_durable) {
  const auto bytes = weight(messages, statuses);
  database_.enqueue(
      [wake = wake_, wake_delivery = wake_delivery_, messages = std::move(messages),
       statuses = std::move(statuses)](Transaction& tx) {
        std::int64_t stored = 0;
        for (const auto& message : messages) stored += store(tx, message) ? 1 : 0;
        bool is_outbox_changed = false;
        for (const auto& status : statuses) is_outbox_changed |= record_status(tx, status);
        if (is_outbox_changed) tx.after_commit(wake_delivery);
        if (stored > 0) tx.after_commit(wake);
        return stored;
      },
      std::move(on_durable), bytes);
}

Result<std::optional<LeasedMessage>> Inbox::lease(const std::string& owner, WallTime now,
                                                  Millis lease_for) {
  const auto look = [&](Transaction& tx) -> std::optional<LeasedMessage> {
    auto lease = lanes_.lease(tx, owner, now, lease_for);
    if (!lease) return std::nullopt;
    const auto rows = tx.query(kFind, lease->seq);
    const auto row = rows.front();
    InboxMessage message{lease->tenant,           row.text("channel"),
                         row.text("message_id"),  lease->lane,
                         row.text("payload"),     row.text("correlation_id"),
                         row.time("received_ms"), row.optional_time("answer_by_ms")};
    return LeasedMessage{*std::move(lease), std::move(message)};
  };
  return database_.transact(look, Survives::crash);  // After power loss there are no leases.
}

Result<bool> Inbox::extend(const Lease& lease, WallTime until) {
  return database_.transact([&](Transaction& tx) { return lanes_.extend(tx, lease, until); });
}

bool Inbox::finish(Transaction& tx, const Lease& lease, WallTime now) {
  if (!close(tx, lease, "done", "")) return false;
  lanes_.promote(tx, lease.tenant, lease.lane, now);
  return true;
}

bool Inbox::retry(Transaction& tx, const Lease& lease, WallTime due, const Error& error) {
  return lanes_.retry(tx, lease, due, error.message);
}

bool Inbox::put_back(Transaction& tx, const Lease& lease, WallTime due) {
  return lanes_.put_back(tx, lease, due);
}

bool Inbox::bury(Transaction& tx, const LeasedMessage& leased, const Error& reason, WallTime now) {
  const auto& [lease, message] = leased;
  if (!close(tx, lease, "dead", reason.message)) return false;
  DeadLetters::add(tx, {.tenant = message.tenant,
                        .kind = DeadLetterKind::message,
                        .source = message.message_id,
                        .reason = reason.message,
                        .error_class = reason.error_class,
                        .payload = message.payload,
                        .attempts = lease.attempt,
                        .created = now});
  lanes_.promote(tx, lease.tenant, lease.lane, now);
  return true;
}

Result<std::int64_t> Inbox::release_all(const std::string& owner_prefix, WallTime now) {
  return database_.transact(
      [&](Transaction& tx) { return lanes_.release_all(tx, owner_prefix, now); });
}

Result<std::optional<WallTime>> Inbox::next_due() {
  return database_.read([&](Transaction& tx) { return lanes_.next_due(tx); });
}

Result<std::int64_t> Inbox::pending() {
  return database_.read([&](Transaction& tx) { return lanes_.open_rows(tx); });
}

}  // namespace conserje
