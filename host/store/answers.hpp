#pragma once

#include <span>
#include <string>
#include <vector>

#include "store/database.hpp"

namespace conserje {

/// What became of one message, for the sender of its webhook, who waits.
struct MessageAnswer {
  enum class State : unsigned char { open, handled, given_up };

  State state = State::open;
  std::string reply{};  // The SendRequest that answers it, JSON; empty: nothing is said to it.

  bool operator==(const MessageAnswer&) const = default;
};

/// What the conversation says to messages whose webhook carries the answer back: the tables `inbox`
/// and `outbox` by their keys. Both block, and give the errors of Database. Threads: any.
class Answers {
 public:
  explicit Answers(Database& database) : database_(database) {}  // Outlives the Answers.

  /// Of each message in turn; one that is not in the inbox is open.
  Result<std::vector<MessageAnswer>> find(const std::string& tenant, const std::string& channel,
                                          std::span<const std::string> message_ids);

  /// The replies to these messages go out with an HTTP answer, which `evidence` names, so the
  /// channel sends them no more. One that it has begun to send stays with it.
  Status record(const std::string& tenant, const std::string& channel,
                std::span<const std::string> message_ids, const std::string& evidence);

 private:
  Database& database_;
};

}  // namespace conserje
