#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace conserje {

/// The right to work on one row until it runs out; given back by finishing, retrying or burying the
/// row.
struct Lease {
  std::int64_t seq = 0;
  std::string tenant{};
  std::string lane{};
  std::string owner{};
  std::int64_t attempt =
      0;  // The first is 1. With `owner` it tells this lease from later ones of the same row.

  bool operator==(const Lease&) const = default;
};

/// Names without "|".
using Parties = std::vector<std::string>;

/// The due_ms of a row that nobody has looked at yet.
inline constexpr WallTime kAtOnce{};

/// The order in which the rows of a table are worked on, which `inbox` and `outbox` share: within a
/// lane one row at a time, oldest first; different lanes in parallel. The table has the columns
///   seq, tenant, lane, attempts, lease_owner, last_error and
///   due_ms   kAtOnce for a new row; then it is *in hand*: when it may be leased, the end of the
///            lease while it is leased; NULL once it is done with
/// and the partial indexes (due_ms, seq) over the rows with a due_ms and (tenant, lane, seq) over
/// those in hand, of which there are few: a new row costs no search for its lane's place.
///
/// New rows are looked at in the order of seq, so whatever is older in its lane is in hand by then.
/// A row that is found behind an older one of its lane is put off until the older one comes due, so
/// that it is looked at once and not at every lease; `promote` makes it due as soon as the older
/// one is done with. Only the check against the older row decides, so a put-off time that is wrong
/// costs a wait and never the order.
class LaneQueue {
 public:
  /// party: the column that says who serves a row, where one of them may be too busy for more. All
  /// rows of a lane have the same.
  explicit LaneQueue(std::string_view table, std::string_view party = {});

  /// Leases the oldest open row of a lane: of those in hand the one that has been due for the
  /// longest, else the oldest new one. busy: parties whose rows are passed over.
  std::optional<Lease> lease(Transaction& tx, std::string_view owner, WallTime now,
                             Millis lease_for, const Parties& busy = {}) const;
  /// Makes the lease run until `until`. False, here and below: it was lost, and nothing changed.
  bool extend(Transaction& tx, const Lease& lease, WallTime until) const;
  /// Gives the row back, to be leased again at `due`.
  bool retry(Transaction& tx, const Lease& lease, WallTime due, std::string_view error) const;
  /// Gives the row back, to be leased again at `due`, as if this lease had not been: it waits for
  /// something, and nothing has failed.
  bool put_back(Transaction& tx, const Lease& lease, WallTime due) const;
  /// Makes the lane's next row due. Call it after the row before it got due_ms NULL.
  void promote(Transaction& tx, std::string_view tenant, std::string_view lane, WallTime now) const;
  /// Gives back every lease whose owner begins with `owner_prefix`; how many.
  std::int64_t release_all(Transaction& tx, std::string_view owner_prefix, WallTime now) const;
  /// When the next row comes due, which may be past (kAtOnce: a new one waits); nullopt when
  /// nothing is open.
  std::optional<WallTime> next_due(Transaction& tx, const Parties& busy = {}) const;
  /// How many rows are open, leased ones included.
  std::int64_t open_rows(Transaction& tx) const;

 private:
  void put_off(Transaction& tx, const Row& row, WallTime until, WallTime now) const;

  std::string due_in_hand_, due_in_hand_passing_, fresh_, fresh_passing_, next_due_passing_,
      oldest_in_hand_, lease_, put_off_in_hand_, put_off_fresh_, extend_, retry_, put_back_,
      promote_, release_, next_due_, open_;
};

}  // namespace conserje
