#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/database.hpp"
#include "store/lane_queue.hpp"

namespace conserje {

enum class OutboxKind : unsigned char { reply, event, notice };

/// pending: to be sent. sending: handed to the provider, outcome not recorded. sent: the provider
/// took it. failed: the provider took it and said later that it could not deliver. dead: given up,
/// in the dead letters.
enum class OutboxState : unsigned char { pending, sending, sent, failed, dead };

std::string_view to_string(OutboxKind kind);
std::string_view to_string(OutboxState state);

/// Something to be delivered: a reply to a guest, an event for a sink, a notice for the staff.
struct OutboxItem {
  std::string tenant{};
  OutboxKind kind = OutboxKind::reply;
  std::string target{};  // The plugin's name in the pipeline (or the endpoint's).
  std::string
      lane{};  // Items of one lane leave in order; one that must be tried again holds up its lane.
  std::string payload{};  // JSON, the request to the plugin.
  std::string
      reference{};  // Ours, unique: given to the provider, and what makes `add` happen once.
  std::string correlation_id{};
  std::string cause{};  // The message_id that it answers; empty: none.
  WallTime created{};
  std::optional<WallTime> expires{};  // Not sent after this.
  std::optional<WallTime> hold{};     // Not sent before this: an HTTP answer may carry it instead.

  bool operator==(const OutboxItem&) const = default;
};

/// The reference of what is said to a message.
std::string reply_reference(std::string_view tenant, std::string_view channel,
                            std::string_view message_id);

/// An item as it stands in the table.
struct OutboxRow {
  std::int64_t seq = 0;
  OutboxItem item{};
  OutboxState state = OutboxState::pending;
  std::int64_t attempts = 0;
  std::optional<WallTime> due{};
  std::string provider_id{};      // Empty: not known.
  std::string provider_status{};  // sent, delivered, read, played or failed; empty: nothing heard.
  std::string last_error{};

  bool operator==(const OutboxRow&) const = default;
};

/// An item and the right to deliver it. `state` says how to begin:
///   pending  send it
///   sending  the host died, or lost its lease, between `mark_sending` and the outcome: it may have
///   been sent failed   the provider gave up on it after taking it (last_error): send again,
///   another way, or bury
struct LeasedItem {
  Lease lease{};
  OutboxItem item{};
  OutboxState state = OutboxState::pending;
  std::string last_error{};
};

/// What waits to leave, and what became of it: table `outbox`.
/// One delivery: lease; mark_sending (durable); call the plugin; mark_sent, retry or bury.
/// Functions that take a Transaction are part of the caller's; the others block until durable, and
/// give the errors of Database. Those that return bool: false means that the lease was lost and
/// nothing changed. Threads: any.
class Outbox {
 public:
  /// database outlives the Outbox, and what `wake` touches outlives the database. wake: called
  /// after every commit that added an item.
  explicit Outbox(Database& database, Wake wake = {}) : database_(database) {
    if (wake) wake_ = std::make_shared<const Wake>(std::move(wake));
  }

  /// Adds `item`, due at once or when its hold ends. False: its reference is there already, and
  /// nothing changed.
  bool add(Transaction& tx, const OutboxItem& item);
  /// The payload of the item with that reference; nullopt: there is none.
  static std::optional<std::string> payload(Transaction& tx, const std::string& reference);

  /// As Inbox::lease; an item in state `sending` only after its unknown_wait. busy: targets that
  /// shall get no more for now.
  Result<std::optional<LeasedItem>> lease(const std::string& owner, WallTime now, Millis lease_for,
                                          const Parties& busy = {});
  Result<bool> extend(const Lease& lease, WallTime until);

  /// Durable before the provider is called: from here on the outcome is unknown until it is
  /// recorded. Should it never be, the item is leased again `unknown_until`, as `sending`; a status
  /// with its reference that comes in between marks it sent.
  Result<bool> mark_sending(const Lease& lease, WallTime unknown_until);
  /// The provider took it and calls it `provider_id` (the last part's, when it was split).
  bool mark_sent(Transaction& tx, const LeasedItem& leased, const std::string& provider_id,
                 WallTime now);
  /// It certainly was not sent; it is tried again at `due`, and its lane waits for it.
  bool retry(Transaction& tx, const Lease& lease, WallTime due, const Error& error);
  /// It goes to the dead letters with its reason, and its lane goes on.
  bool bury(Transaction& tx, const LeasedItem& leased, const Error& reason, WallTime now);

  /// As Inbox::release_all. Items in state `sending` keep their wait.
  Result<std::int64_t> release_all(const std::string& owner_prefix, WallTime now);
  Result<std::optional<WallTime>> next_due(const Parties& busy = {});
  /// How many items are to be sent, those with an unknown outcome included.
  Result<std::int64_t> pending();
  Result<std::optional<OutboxRow>> find(const std::string& reference);

 private:
  Database& database_;
  std::shared_ptr<const Wake> wake_;
  LaneQueue lanes_{"outbox", "target"};
};

}  // namespace conserje
