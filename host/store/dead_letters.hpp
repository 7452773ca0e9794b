#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace conserje {

enum class DeadLetterKind : unsigned char { message, reply, event, reservation };

std::string_view to_string(DeadLetterKind kind);

/// Something that was given up, kept whole for a person.
struct DeadLetterRow {
  std::int64_t id = 0;  // Given by `add`.
  std::string tenant{};
  DeadLetterKind kind = DeadLetterKind::message;
  std::string source{};  // inbox message_id, outbox reference or reservation reference.
  std::string reason{};  // For people, without personal data.
  ErrorClass error_class = ErrorClass::permanent;
  std::string payload{};  // As it stood in its table.
  std::int64_t attempts = 0;
  WallTime created{};
  std::optional<WallTime> closed{};

  bool operator==(const DeadLetterRow&) const = default;
};

/// Table `dead_letters`. Threads: any. Errors: those of Database.
class DeadLetters {
 public:
  explicit DeadLetters(Database& database) : database_(database) {}  // Outlives the DeadLetters.

  /// Adds `letter`; its id.
  static std::int64_t add(Transaction& tx, const DeadLetterRow& letter);
  /// Open letters of a tenant, the oldest first, after id `after`, at most `limit`.
  Result<std::vector<DeadLetterRow>> list(const std::string& tenant, std::int64_t after,
                                          std::int64_t limit);
  Result<std::optional<DeadLetterRow>> get(std::int64_t id);
  /// False: no such letter, or closed before.
  Result<bool> close(std::int64_t id, WallTime now);

 private:
  Database& database_;
};

}  // namespace conserje
