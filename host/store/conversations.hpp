#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace conserje {

/// A conversation that a person has, or should have.
struct Handoff {
  WallTime opened{};
  std::string reason{};  // Of a closed set: human, complaint, fallback, staff, ...
  bool urgent = false;
  std::optional<WallTime>
      silent_until{};                  // Till then the assistant is silent; nullopt: it goes on.
  std::optional<WallTime> answered{};  // When the staff answered first.

  bool operator==(const Handoff&) const = default;
};

/// One guest's conversation on one channel.
struct ConversationRow {
  std::string tenant{};
  std::string lane{};          // The guest, as in `sessions`.
  std::string conversation{};  // What it is called outside: the lane's hash.
  std::string channel{};
  std::string account{};
  std::string address{};  // Where an answer goes.
  std::string guest_name{};
  std::string language{};
  std::string thread_id{};
  std::string subject{};
  WallTime last{};  // When the guest, or the staff past us, last wrote.
  std::optional<Handoff> handoff{};
  std::optional<WallTime> complained{};  // When the guest last complained.
  std::int64_t place = 0;                // In the list; as found.

  bool operator==(const ConversationRow&) const = default;
};

enum class TurnAuthor : unsigned char { guest, staff };

std::string_view to_string(TurnAuthor author);

/// One message of a conversation and our answer to it; or what the staff said.
struct TurnRow {
  std::int64_t id = 0;  // Given by `add_turn`.
  std::string tenant{};
  std::string conversation{};
  TurnAuthor author = TurnAuthor::guest;
  std::string channel{};
  std::string message_id{};  // Empty: it did not come in.
  std::string reference{};   // Of our answer in the outbox, or of the staff's words.
  WallTime at{};
  std::string message{};      // As found: inbox.payload; empty: none, or not kept.
  std::string said{};         // As found: outbox.payload.
  std::string said_state{};   // As found: outbox.state.
  std::string said_status{};  // As found: outbox.provider_status.

  bool operator==(const TurnRow&) const = default;
};

/// Tables `conversations` and `turns`. Functions that take a Transaction are part of the caller's.
/// Threads: any. Errors: those of Database.
class Conversations {
 public:
  explicit Conversations(Database& database) : database_(database) {}  // Outlives it.

  /// Remembers how the guest was last met; his handoff stays as it is.
  static void met(Transaction& tx, const ConversationRow& row);
  static void add_turn(Transaction& tx, const TurnRow& turn);
  /// The handoff of a conversation, locked against others' changes; nullopt: none.
  static std::optional<Handoff> handoff(Transaction& tx, const std::string& tenant,
                                        const std::string& lane);
  /// Gives it to a person, or writes down anew how he has it.
  static void open(Transaction& tx, const std::string& tenant, const std::string& lane,
                   const Handoff& handoff);
  static void complained(Transaction& tx, const std::string& tenant, const std::string& lane,
                         WallTime at);
  /// Nobody has it any more.
  static void close(Transaction& tx, const std::string& tenant, const std::string& lane);

  /// What a person has, the longest first; then the others, the latest first.
  /// after: the `place` and name that the page begins behind. only_open: what a person has.
  struct After {
    std::int64_t place = 0;
    std::string conversation{};
  };
  Result<std::vector<ConversationRow>> list(const std::string& tenant, const After& after,
                                            bool only_open, std::int64_t limit);
  Result<std::optional<ConversationRow>> find(const std::string& tenant,
                                              const std::string& conversation);
  Result<std::optional<ConversationRow>> of_guest(const std::string& tenant,
                                                  const std::string& lane);
  /// The last ones before turn `before` (0: of all), the newest first, with their words.
  Result<std::vector<TurnRow>> turns(const std::string& tenant, const std::string& conversation,
                                     std::int64_t before, std::int64_t limit);

 private:
  Database& database_;
};

}  // namespace conserje
