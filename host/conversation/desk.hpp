#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "conversation/session.hpp"
#include "conversation/texts.hpp"
#include "guard/clock.hpp"
#include "pipeline/pipeline.hpp"
#include "store/conversations.hpp"
#include "store/deposits.hpp"
#include "store/notification_logs.hpp"
#include "store/outbox.hpp"
#include "store/sessions.hpp"

namespace conserje {

/// What the staff does in guests' conversations. Each call is one transaction, and the same call
/// again changes nothing. Threads: any, several at once. Errors: those of Database; retry, the
/// guest's messages came in between each time.
class Desk {
 public:
  /// All outlive the Desk.
  struct Parts {
    Database& database;
    Outbox& outbox;
    Sessions& sessions;
    NotificationLogs& notification_logs;
    const Pipeline& pipeline;
    const Texts& texts;
    const Clock& clock;
  };
  explicit Desk(Parts parts) : parts_(parts) {}

  /// Sends the staff's words to the guest, through his channel. Who answers has the conversation,
  /// until he gives it back (at once: gives_back). key: of the caller; a second reply with it is
  /// the first one. Its reference in the outbox. Errors: also permanent, that key had other words.
  Result<std::string> reply(const ConversationRow& to, const std::string& text,
                            const std::string& key, bool gives_back);
  /// The assistant keeps silent, and the staff is told; nothing where a person has it already.
  Status hand_off(const ConversationRow& conversation);
  /// The assistant answers again, and the staff is told; nothing where it does already.
  Status give_back(const ConversationRow& conversation);
  /// Decides about a guest's receipt, tells him in his language, and the sinks. False: it was
  /// decided before.
  Result<bool> decide(const DepositRow& deposit, const Deposits::Decision& decision);

 private:
  /// What is done in one transaction with a session that nobody else changed meanwhile.
  using Change = std::function<Status(Transaction&, Session&)>;
  Status change(const ConversationRow& conversation, const Change& change);
  void open(Transaction& tx, const ConversationRow& conversation, Session& session,
            std::optional<WallTime> answered);
  void close(Transaction& tx, const ConversationRow& conversation, Session& session);
  void tell(Transaction& tx, const ConversationRow& conversation, const EventDraft& event,
            const std::string& of);

  const Parts parts_;
};

/// How often a change is tried that a guest's message comes in between.
inline constexpr int kDeskTries = 5;

}  // namespace conserje
