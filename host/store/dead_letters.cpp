#include "store/dead_letters.hpp"

#include <array>

#include "store/words.hpp"

namespace conserje {
namespace {

constexpr std::array kKinds{DeadLetterKind::message, DeadLetterKind::reply, DeadLetterKind::event,
                            DeadLetterKind::reservation};
constexpr std::array kClasses{ErrorClass::retry,  ErrorClass::permanent, ErrorClass::auth,
                              ErrorClass::config, ErrorClass::cancelled, ErrorClass::deadline,
                              ErrorClass::bug};

constexpr auto kAdd = R"sql(
    INSERT INTO dead_letters (tenant, kind, source, reason, error_class, payload, attempts, created_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    RETURNING id)sql";

constexpr auto kList = R"sql(
    SELECT * FROM dead_letters WHERE tenant = $1 AND closed_ms IS NULL AND id > $2 ORDER BY id LIMIT $3)sql";

constexpr auto kGet = "SELECT * FROM dead_letters WHERE id = $1";

constexpr auto kClose =
    "UPDATE dead_letters SET closed_ms = $1 WHERE id = $2 AND closed_ms IS NULL";

DeadLetterRow letter_of(const Row& row) {
  return {.id = row.integer("id"),
          .tenant = row.text("tenant"),
          .kind = from_word(row.text("kind"), kKinds),
          .source = row.text("source"),
          .reason = row.text("reason"),
          .error_class = from_word(row.text("error_class"), kClasses),
          .payload = row.text("payload"),
          .attempts = row.integer("attempts"),
          .created = row.time("created_ms"),
          .closed = row.optional_time("closed_ms")};
}

}  // namespace

std::string_view to_string(DeadLetterKind kind) {
  switch (kind) {
    case DeadLetterKind::message: return "message";
    case DeadLetterKind::reply: return "reply";
    case DeadLetterKind::event: return "event";
    case DeadLetterKind::reservation: return "reservation";
  }
  return "";
}

std::int64_t DeadLetters::add(Transaction& tx, const DeadLetterRow& letter) {
  return tx
      .query(kAdd, letter.tenant, to_string(letter.kind), letter.source, letter.reason,
             to_string(letter.error_class), letter.payload, letter.attempts, letter.created)
      .front()
      .integer("id");
}

Result<std::vector<DeadLetterRow>> DeadLetters::list(const std::string& tenant, std::int64_t after,
                                                     std::int64_t limit) {
  return database_.read([&](Transaction& tx) {
    std::vector<DeadLetterRow> letters;
    for (const auto row : tx.query(kList, tenant, after, limit)) letters.push_back(letter_of(row));
    return letters;
  });
}

Result<std::optional<DeadLetterRow>> DeadLetters::get(std::int64_t id) {
  return database_.read([&](Transaction& tx) -> std::optional<DeadLetterRow> {
    const auto rows = tx.query(kGet, id);
    if (rows.empty()) return std::nullopt;
    return letter_of(rows.front());
  });
}

Result<bool> DeadLetters::close(std::int64_t id, WallTime now) {
  return database_.transact([&](Transaction& tx) { return tx.execute(kClose, now, id) == 1; });
}

}  // namespace conserje
