#include "store/outbox.hpp"

#include <array>
#include <utility>

#include "guard/ids.hpp"
#include "store/dead_letters.hpp"
#include "store/delivery_statuses.hpp"
#include "store/words.hpp"

namespace conserje {
namespace {

constexpr std::array kKinds{OutboxKind::reply, OutboxKind::event, OutboxKind::notice};
constexpr std::array kStates{OutboxState::pending, OutboxState::sending, OutboxState::sent,
                             OutboxState::failed, OutboxState::dead};

constexpr auto kAdd = R"sql(
    INSERT INTO outbox (tenant, kind, target, lane, payload, reference, correlation_id, cause, created_ms,
                        expires_ms, due_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (reference) DO NOTHING)sql";

constexpr auto kFindBySeq = "SELECT * FROM outbox WHERE seq = $1";
constexpr auto kFindByReference = "SELECT * FROM outbox WHERE reference = $1";

// What was said of an earlier try is forgotten, so that a second failure counts again.
constexpr auto kMarkSending = R"sql(
    UPDATE outbox SET state = 'sending', due_ms = $1, provider_status = '', provider_rank = 0
    WHERE seq = $2 AND lease_owner = $3 AND attempts = $4 AND state IN ('pending', 'sending', 'failed')
      AND due_ms IS NOT NULL)sql";

// A status may have been faster than the provider's own answer: then only the id is new.
constexpr auto kMarkSent = R"sql(
    UPDATE outbox SET provider_id = $1,
                      due_ms = CASE WHEN state = 'failed' THEN due_ms ELSE NULL END,
                      state = CASE WHEN state = 'failed' THEN 'failed' ELSE 'sent' END
    WHERE seq = $2 AND attempts = $3 AND state IN ('pending', 'sending', 'sent', 'failed'))sql";

constexpr auto kBury = R"sql(
    UPDATE outbox SET state = 'dead', due_ms = NULL, last_error = $1
    WHERE seq = $2 AND lease_owner = $3 AND attempts = $4 AND due_ms IS NOT NULL)sql";

OutboxItem item_of(const Row& row) {
  return {.tenant = row.text("tenant"),
          .kind = from_word(row.text("kind"), kKinds),
          .target = row.text("target"),
          .lane = row.text("lane"),
          .payload = row.text("payload"),
          .reference = row.text("reference"),
          .correlation_id = row.text("correlation_id"),
          .cause = row.text("cause"),
          .created = row.time("created_ms"),
          .expires = row.optional_time("expires_ms")};
}

}  // namespace

std::string_view to_string(OutboxKind kind) {
  switch (kind) {
    case OutboxKind::reply: return "reply";
    case OutboxKind::event: return "event";
    case OutboxKind::notice: return "notice";
  }
  return "";
}

std::string_view to_string(OutboxState state) {
  switch (state) {
    case OutboxState::pending: return "pending";
    case OutboxState::sending: return "sending";
    case OutboxState::sent: return "sent";
    case OutboxState::failed: return "failed";
    case OutboxState::dead: return "dead";
  }
  return "";
}

std::string reply_reference(std::string_view tenant, std::string_view channel,
                            std::string_view message_id) {
  return derived_id("r_", {tenant, channel, message_id});
}

bool Outbox::add(Transaction& tx, const OutboxItem& item) {
  const bool added = tx.execute(kAdd, item.tenant, to_string(item.kind), item.target, item.lane,
                                item.payload, item.reference, item.correlation_id, item.cause,
                                item.created, item.expires, item.hold.value_or(kAtOnce)) == 1;
  if (added) tx.after_commit(wake_);
  return added;
}

std::optional<std::string> Outbox::payload(Transaction& tx, const std::string& reference) {
  const auto rows = tx.query("SELECT payload FROM outbox WHERE reference = $1", reference);
  if (rows.empty()) return std::nullopt;
  return rows.front().text("payload");
}

Result<std::optional<LeasedItem>> Outbox::lease(const std::string& owner, WallTime now,
                                                Millis lease_for, const Parties& busy) {
  const auto look = [&](Transaction& tx) -> std::optional<LeasedItem> {
    auto lease = lanes_.lease(tx, owner, now, lease_for, busy);
    if (!lease) return std::nullopt;
    const auto rows = tx.query(kFindBySeq, lease->seq);
    const auto row = rows.front();
    return LeasedItem{*std::move(lease), item_of(row), from_word(row.text("state"), kStates),
                      row.text("last_error")};
  };
  return database_.transact(look, Survives::crash);  // After power loss there are no leases.
}

Result<bool> Outbox::extend(const Lease& lease, WallTime until) {
  return database_.transact([&](Transaction& tx) { return lanes_.extend(tx, lease, until); });
}

Result<bool> Outbox::mark_sending(const Lease& lease, WallTime unknown_until) {
  return database_.transact([&](Transaction& tx) {
    return tx.execute(kMarkSending, unknown_until, lease.seq, lease.owner, lease.attempt) == 1;
  });
}

bool Outbox::mark_sent(Transaction& tx, const LeasedItem& leased, const std::string& provider_id,
                       WallTime now) {
  const auto& [lease, item, state, last_error] = leased;
  if (tx.execute(kMarkSent, provider_id, lease.seq, lease.attempt) == 0) return false;
  if (!provider_id.empty()) connect_statuses(tx, item.tenant, item.target, provider_id);
  lanes_.promote(tx, lease.tenant, lease.lane, now);
  return true;
}

bool Outbox::retry(Transaction& tx, const Lease& lease, WallTime due, const Error& error) {
  return lanes_.retry(tx, lease, due, error.message);
}

bool Outbox::bury(Transaction& tx, const LeasedItem& leased, const Error& reason, WallTime now) {
  const auto& [lease, item, state, last_error] = leased;
  if (tx.execute(kBury, reason.message, lease.seq, lease.owner, lease.attempt) == 0) return false;
  DeadLetters::add(
      tx, {.tenant = item.tenant,
           .kind = item.kind == OutboxKind::event ? DeadLetterKind::event : DeadLetterKind::reply,
           .source = item.reference,
           .reason = reason.message,
           .error_class = reason.error_class,
           .payload = item.payload,
           .attempts = lease.attempt,
           .created = now});
  lanes_.promote(tx, lease.tenant, lease.lane, now);
  return true;
}

Result<std::int64_t> Outbox::release_all(const std::string& owner_prefix, WallTime now) {
  return database_.transact(
      [&](Transaction& tx) { return lanes_.release_all(tx, owner_prefix, now); });
}

Result<std::optional<WallTime>> Outbox::next_due(const Parties& busy) {
  return database_.read([&](Transaction& tx) { return lanes_.next_due(tx, busy); });
}

Result<std::int64_t> Outbox::pending() {
  return database_.read([&](Transaction& tx) { return lanes_.open_rows(tx); });
}

Result<std::optional<OutboxRow>> Outbox::find(const std::string& reference) {
  return database_.read([&](Transaction& tx) -> std::optional<OutboxRow> {
    const auto rows = tx.query(kFindByReference, reference);
    if (rows.empty()) return std::nullopt;
    const auto row = rows.front();
    return OutboxRow{.seq = row.integer("seq"),
                     .item = item_of(row),
                     .state = from_word(row.text("state"), kStates),
                     .attempts = row.integer("attempts"),
                     .due = row.optional_time("due_ms"),
                     .provider_id = row.text("provider_id"),
                     .provider_status = row.text("provider_status"),
                     .last_error = row.text("last_error")};
  });
}

}  // namespace conserje
