#include "store/conversations.hpp"

#include <array>
#include <limits>

#include "store/words.hpp"

namespace conserje {
namespace {

constexpr std::array kAuthors{TurnAuthor::guest, TurnAuthor::staff};

/// Places from here on are of conversations that nobody has, the latest first; a time in ms is far
/// below it.
constexpr std::int64_t kNobodyHasIt = 1'000'000'000'000'000;
constexpr std::int64_t kFirstTurnNever = std::numeric_limits<std::int64_t>::max();

constexpr auto kMet = R"sql(
    INSERT INTO conversations (tenant, lane, conversation, channel, account, address, guest_name,
                               language, thread_id, subject, last_ms, place)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT (tenant, lane) DO UPDATE
    SET account = excluded.account, address = excluded.address, language = excluded.language,
        guest_name = CASE excluded.guest_name WHEN '' THEN conversations.guest_name
                                              ELSE excluded.guest_name END,
        thread_id = excluded.thread_id, subject = excluded.subject, last_ms = excluded.last_ms,
        place = CASE WHEN conversations.handoff_ms IS NULL THEN excluded.place
                     ELSE conversations.place END)sql";

constexpr auto kAddTurn = R"sql(
    INSERT INTO turns (tenant, conversation, author, channel, message_id, reference, at_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7))sql";

constexpr auto kHandoff = R"sql(
    SELECT handoff_ms, handoff_reason, handoff_urgent, silent_until_ms, answered_ms
    FROM conversations WHERE tenant = $1 AND lane = $2 AND handoff_ms IS NOT NULL {{lock}})sql";

constexpr auto kOpen = R"sql(
    UPDATE conversations SET handoff_ms = $1, handoff_reason = $2, handoff_urgent = $3,
                             silent_until_ms = $4, answered_ms = $5, place = $1
    WHERE tenant = $6 AND lane = $7)sql";

constexpr auto kClose = R"sql(
    UPDATE conversations SET handoff_ms = NULL, handoff_reason = '', handoff_urgent = 0,
                             silent_until_ms = 0, answered_ms = NULL, place = $1 - last_ms
    WHERE tenant = $2 AND lane = $3)sql";

constexpr auto kList = R"sql(
    SELECT * FROM conversations WHERE tenant = $1 AND (place, conversation) > ($2, $3) AND place < $4
    ORDER BY place, conversation LIMIT $5)sql";

constexpr auto kFind = "SELECT * FROM conversations WHERE tenant = $1 AND conversation = $2";
constexpr auto kOfGuest = "SELECT * FROM conversations WHERE tenant = $1 AND lane = $2";

constexpr auto kTurns = R"sql(
    SELECT t.id, t.tenant, t.conversation, t.author, t.channel, t.message_id, t.reference, t.at_ms,
           i.payload AS message, o.payload AS said, o.state AS said_state,
           o.provider_status AS said_status
    FROM turns t
    LEFT JOIN inbox i ON i.tenant = t.tenant AND i.channel = t.channel
                         AND i.message_id = t.message_id AND t.message_id <> ''
    LEFT JOIN outbox o ON o.reference = t.reference
    WHERE t.tenant = $1 AND t.conversation = $2 AND t.id < $3 ORDER BY t.id DESC LIMIT $4)sql";

std::optional<Handoff> handoff_of(const Row& row) {
  if (row.is_null("handoff_ms")) return std::nullopt;
  Handoff handoff{.opened = row.time("handoff_ms"),
                  .reason = row.text("handoff_reason"),
                  .urgent = row.integer("handoff_urgent") != 0,
                  .answered = row.optional_time("answered_ms")};
  if (row.integer("silent_until_ms") != 0) handoff.silent_until = row.time("silent_until_ms");
  return handoff;
}

ConversationRow conversation_of(const Row& row) {
  return {.tenant = row.text("tenant"),
          .lane = row.text("lane"),
          .conversation = row.text("conversation"),
          .channel = row.text("channel"),
          .account = row.text("account"),
          .address = row.text("address"),
          .guest_name = row.text("guest_name"),
          .language = row.text("language"),
          .thread_id = row.text("thread_id"),
          .subject = row.text("subject"),
          .last = row.time("last_ms"),
          .handoff = handoff_of(row),
          .complained = row.optional_time("complained_ms"),
          .place = row.integer("place")};
}

std::optional<ConversationRow> first_of(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return conversation_of(rows.front());
}

}  // namespace

std::string_view to_string(TurnAuthor author) {
  return author == TurnAuthor::guest ? "guest" : "staff";
}

void Conversations::met(Transaction& tx, const ConversationRow& c) {
  tx.execute(kMet, c.tenant, c.lane, c.conversation, c.channel, c.account, c.address, c.guest_name,
             c.language, c.thread_id, c.subject, c.last,
             kNobodyHasIt - c.last.time_since_epoch().count());
}

void Conversations::add_turn(Transaction& tx, const TurnRow& t) {
  tx.execute(kAddTurn, t.tenant, t.conversation, to_string(t.author), t.channel, t.message_id,
             t.reference, t.at);
}

std::optional<Handoff> Conversations::handoff(Transaction& tx, const std::string& tenant,
                                              const std::string& lane) {
  const auto rows = tx.query(kHandoff, tenant, lane);
  if (rows.empty()) return std::nullopt;
  return handoff_of(rows.front());
}

void Conversations::open(Transaction& tx, const std::string& tenant, const std::string& lane,
                         const Handoff& h) {
  tx.execute(kOpen, h.opened, h.reason, h.urgent, h.silent_until.value_or(WallTime()), h.answered,
             tenant, lane);
}

void Conversations::complained(Transaction& tx, const std::string& tenant, const std::string& lane,
                               WallTime at) {
  tx.execute("UPDATE conversations SET complained_ms = $1 WHERE tenant = $2 AND lane = $3", at,
             tenant, lane);
}

void Conversations::close(Transaction& tx, const std::string& tenant, const std::string& lane) {
  tx.execute(kClose, kNobodyHasIt, tenant, lane);
}

Result<std::vector<ConversationRow>> Conversations::list(const std::string& tenant,
                                                         const After& after, bool only_open,
                                                         std::int64_t limit) {
  const auto end = only_open ? kNobodyHasIt / 2 : 2 * kNobodyHasIt;
  return database_.read([&](Transaction& tx) {
    std::vector<ConversationRow> out;
    for (const auto& row : tx.query(kList, tenant, after.place, after.conversation, end, limit))
      out.push_back(conversation_of(row));
    return out;
  });
}

Result<std::optional<ConversationRow>> Conversations::find(const std::string& tenant,
                                                           const std::string& conversation) {
  return database_.read(
      [&](Transaction& tx) { return first_of(tx.query(kFind, tenant, conversation)); });
}

Result<std::optional<ConversationRow>> Conversations::of_guest(const std::string& tenant,
                                                               const std::string& lane) {
  return database_.read(
      [&](Transaction& tx) { return first_of(tx.query(kOfGuest, tenant, lane)); });
}

Result<std::vector<TurnRow>> Conversations::turns(const std::string& tenant,
                                                  const std::string& conversation,
                                                  std::int64_t before, std::int64_t limit) {
  return database_.read([&](Transaction& tx) {
    std::vector<TurnRow> out;
    for (const auto& row :
         tx.query(kTurns, tenant, conversation, before == 0 ? kFirstTurnNever : before, limit))
      out.push_back({.id = row.integer("id"),
                     .tenant = row.text("tenant"),
                     .conversation = row.text("conversation"),
                     .author = from_word(row.text("author"), kAuthors),
                     .channel = row.text("channel"),
                     .message_id = row.text("message_id"),
                     .reference = row.text("reference"),
                     .at = row.time("at_ms"),
                     .message = row.optional_text("message").value_or(""),
                     .said = row.optional_text("said").value_or(""),
                     .said_state = row.optional_text("said_state").value_or(""),
                     .said_status = row.optional_text("said_status").value_or("")});
    return out;
  });
}

}  // namespace conserje
