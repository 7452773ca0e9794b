#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/database.hpp"
#include "store/delivery_statuses.hpp"
#include "store/lane_queue.hpp"

namespace conserje {

/// One message of a guest, as ingress hands it over.
struct InboxMessage {
  std::string tenant{};
  std::string channel{};     // The plugin's name in the pipeline.
  std::string message_id{};  // The provider's; with tenant and channel the key of de-duplication.
  std::string lane{};        // channel|account|sender: messages of one lane are handled in order.
  std::string payload{};     // The UnifiedMessage, JSON as the plugin wrote it.
  std::string correlation_id{};
  WallTime received{};
  /// Until when the sender of its webhook waits for the answer; nullopt: nobody waits.
  std::optional<WallTime> answer_by{};

  bool operator==(const InboxMessage&) const = default;
};

/// A message and the right to handle it.
struct LeasedMessage {
  Lease lease{};
  InboxMessage message{};
};

/// Messages accepted and not yet handled, and the keys of those that were: table `inbox`.
/// Functions that take a Transaction are part of the caller's; the others block until durable, and
/// give the errors of Database. Threads: any.
class Inbox {
 public:
  using OnDurable = std::function<void(Result<std::int64_t>)>;

  /// database outlives the Inbox, and what the wakes touch outlives the database. wake: called
  /// after every commit that stored a message. wake_delivery: after every commit whose statuses
  /// changed the outbox, so that what failed is seen to at once.
  explicit Inbox(Database& database, Wake wake = {}, Wake wake_delivery = {})
      : database_(database) {
    if (wake) wake_ = std::make_shared<const Wake>(std::move(wake));
    if (wake_delivery) wake_delivery_ = std::make_shared<const Wake>(std::move(wake_delivery));
  }

  /// Queues one webhook delivery, all of it in one commit. `on_durable` runs once, on the
  /// completion executor, with the number of messages that are new (the others were delivered
  /// before, and nothing changed but `answer_by` of one that is still to be handled): they survive
  /// power loss, the webhook may answer 2xx. Class `retry`: nothing is stored, let the sender
  /// repeat it (503).
  void accept_all(std::vector<InboxMessage> messages, std::vector<DeliveryStatusRow> statuses,
                  OnDurable on_durable);

  /// Leases the message that has been due for the longest among those that are the oldest of their
  /// lane. nullopt: nothing to do now; ask again after `wake`, or at `next_due`.
  Result<std::optional<LeasedMessage>> lease(const std::string& owner, WallTime now,
                                             Millis lease_for);
  /// Makes the lease run until `until`. False: it was lost, stop.
  Result<bool> extend(const Lease& lease, WallTime until);

  /// The message is handled: part of the transaction that stores what came of it. False: the lease
  /// was lost and somebody else handles it, so roll back (return an Error from the work).
  bool finish(Transaction& tx, const Lease& lease, WallTime now);
  /// The message is tried again at `due`; its lane waits for it. error: for people, without
  /// personal data.
  bool retry(Transaction& tx, const Lease& lease, WallTime due, const Error& error);
  /// The message waits until `due` for what another one has; no try of its own has failed.
  bool put_back(Transaction& tx, const Lease& lease, WallTime due);
  /// The message goes to the dead letters with its reason, and its lane goes on.
  bool bury(Transaction& tx, const LeasedMessage& leased, const Error& reason, WallTime now);

  /// Makes messages due at once whose owner begins with `owner_prefix` (empty: all leases, for a
  /// database that only this host uses). For start and stop: a restart resumes without waiting for
  /// leases to run out.
  Result<std::int64_t> release_all(const std::string& owner_prefix, WallTime now);
  /// When to ask `lease` again without a wake; it may be past. nullopt: the inbox is empty.
  Result<std::optional<WallTime>> next_due();
  /// How many messages are not handled yet.
  Result<std::int64_t> pending();

 private:
  Database& database_;
  std::shared_ptr<const Wake> wake_;
  std::shared_ptr<const Wake> wake_delivery_;
  LaneQueue lanes_{"inbox"};
};

}  // namespace conserje
