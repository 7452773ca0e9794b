#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/database.hpp"

namespace conserje {

/// What is remembered of a conversation between two messages.
struct SessionRow {
  std::string tenant{};
  std::string lane{};  // The guest, as in `inbox`.
  std::string data{};  // JSON.
  WallTime updated{};
  WallTime expires{};
  std::int64_t revision = 0;  // 0: not stored yet. Otherwise as found; `save` compares it.

  bool operator==(const SessionRow&) const = default;
};

/// Conversations: table `sessions`. Threads: any. Errors: those of Database.
class Sessions {
 public:
  explicit Sessions(Database& database) : database_(database) {}  // Outlives the Sessions.

  /// The session of a guest; nullopt: there is none, or it expired.
  Result<std::optional<SessionRow>> find(const std::string& tenant, const std::string& lane,
                                         WallTime now);
  /// Stores `session` if the stored one still has its revision (0: there is none, or it expired
  /// before session.updated). False: somebody else saved in between, so roll back and handle the
  /// message again.
  bool save(Transaction& tx, const SessionRow& session);
  /// Deletes at most `limit` sessions that expired before `now`; how many.
  std::int64_t remove_expired(Transaction& tx, WallTime now, std::int64_t limit);
  /// How many sessions are alive.
  Result<std::int64_t> active(WallTime now);

 private:
  Database& database_;
};

}  // namespace conserje
