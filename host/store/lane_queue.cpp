#include "store/lane_queue.hpp"

#include <utility>

namespace conserje {
namespace {

/// Rows put off by one look at most: a guest who floods us delays the others by milliseconds.
constexpr std::int64_t kPutOffAtOnce = 128;
constexpr int kLooksPerLease = 8;

constexpr auto kDueInHand = R"sql(
    SELECT seq, due_ms, tenant, lane FROM {{table}} WHERE due_ms > 0 AND due_ms <= $1 {{free}}
    ORDER BY due_ms, seq LIMIT 1 {{skip_locked}})sql";

// Not skipping what another host has locked: behind it this guest's next row would look like the
// first.
constexpr auto kFresh = R"sql(
    SELECT seq, due_ms, tenant, lane FROM {{table}} WHERE due_ms = 0 {{free}}
    ORDER BY seq LIMIT 1 {{lock}})sql";

// Locked, so that a host that is finishing it has done so before others are put off behind it: else
// it would find nobody to promote, and they would wait for a lease that is over.
constexpr auto kOldestInHand = R"sql(
    SELECT seq, due_ms FROM {{table}}
    WHERE tenant = $1 AND lane = $2 AND due_ms > 0 AND seq <= $3
    ORDER BY seq LIMIT 1 {{lock}})sql";

constexpr auto kLease = R"sql(
    UPDATE {{table}} SET lease_owner = $1, due_ms = $2, attempts = attempts + 1
    WHERE seq = $3 AND due_ms = $4
    RETURNING attempts)sql";

// From the candidate on: what is older has been put off before.
constexpr auto kPutOffInHand = R"sql(
    UPDATE {{table}} SET due_ms = $1 WHERE seq IN (
      SELECT seq FROM {{table}}
      WHERE tenant = $2 AND lane = $3 AND due_ms > 0 AND seq >= $4 AND due_ms <= $5
      ORDER BY seq LIMIT $6 {{skip_locked}}))sql";

constexpr auto kPutOffFresh = R"sql(
    UPDATE {{table}} SET due_ms = $1 WHERE due_ms = 0 AND seq IN (
      SELECT seq FROM (SELECT seq, tenant, lane FROM {{table}} WHERE due_ms = 0
                       ORDER BY seq LIMIT $4) AS fresh
      WHERE tenant = $2 AND lane = $3))sql";

constexpr auto kExtend = R"sql(
    UPDATE {{table}} SET due_ms = $1
    WHERE seq = $2 AND lease_owner = $3 AND attempts = $4 AND due_ms IS NOT NULL)sql";

constexpr auto kRetry = R"sql(
    UPDATE {{table}} SET due_ms = $1, last_error = $2, state = 'pending', lease_owner = ''
    WHERE seq = $3 AND lease_owner = $4 AND attempts = $5 AND due_ms IS NOT NULL)sql";

constexpr auto kPutBack = R"sql(
    UPDATE {{table}} SET due_ms = $1, attempts = attempts - 1, state = 'pending', lease_owner = ''
    WHERE seq = $2 AND lease_owner = $3 AND attempts = $4 AND due_ms IS NOT NULL)sql";

// attempts = 0: a row that was leased before has its own time to come back.
constexpr auto kPromote = R"sql(
    UPDATE {{table}} SET due_ms = $1 WHERE due_ms > $1 AND attempts = 0 AND seq = (
      SELECT seq FROM {{table}} WHERE tenant = $2 AND lane = $3 AND due_ms > 0
      ORDER BY seq LIMIT 1))sql";

constexpr auto kRelease = R"sql(
    UPDATE {{table}} SET due_ms = $1, lease_owner = ''
    WHERE due_ms IS NOT NULL AND state = 'pending' AND lease_owner <> ''
      AND substr(lease_owner, 1, length($2)) = $2)sql";

constexpr auto kNextDue = R"sql(
    SELECT due_ms FROM {{table}} WHERE due_ms IS NOT NULL {{free}} ORDER BY due_ms, seq LIMIT 1)sql";

constexpr auto kOpenRows = "SELECT COUNT(*) AS open_rows FROM {{table}} WHERE due_ms IS NOT NULL";

std::string with(std::string sql, std::string_view token, std::string_view text) {
  for (auto at = sql.find(token); at != std::string::npos; at = sql.find(token))
    sql.replace(at, token.size(), text);
  return sql;
}

std::string of_table(std::string sql, std::string_view table) {
  return with(with(std::move(sql), "{{free}}", ""), "{{table}}", table);
}

/// The same, without the rows of the parties in the last parameter, "|crm|mail|".
std::string passing_over(std::string sql, std::string_view table, std::string_view party,
                         std::string_view parameter) {
  if (party.empty()) return {};
  const auto list = std::string(parameter);
  const auto is_free =
      "AND replace(" + list + ", '|' || " + std::string(party) + " || '|', '') = " + list;
  return with(with(std::move(sql), "{{free}}", is_free), "{{table}}", table);
}

std::string listed(const Parties& parties) {
  std::string out = "|";
  for (const auto& party : parties) out += party + "|";
  return out;
}

}  // namespace

LaneQueue::LaneQueue(std::string_view table, std::string_view party)
    : due_in_hand_(of_table(kDueInHand, table)),
      due_in_hand_passing_(passing_over(kDueInHand, table, party, "$2")),
      fresh_(of_table(kFresh, table)),
      fresh_passing_(passing_over(kFresh, table, party, "$1")),
      next_due_passing_(passing_over(kNextDue, table, party, "$1")),
      oldest_in_hand_(of_table(kOldestInHand, table)),
      lease_(of_table(kLease, table)),
      put_off_in_hand_(of_table(kPutOffInHand, table)),
      put_off_fresh_(of_table(kPutOffFresh, table)),
      extend_(of_table(kExtend, table)),
      retry_(of_table(kRetry, table)),
      put_back_(of_table(kPutBack, table)),
      promote_(of_table(kPromote, table)),
      release_(of_table(kRelease, table)),
      next_due_(of_table(kNextDue, table)),
      open_(of_table(kOpenRows, table)) {}

std::optional<Lease> LaneQueue::lease(Transaction& tx, std::string_view owner, WallTime now,
                                      Millis lease_for, const Parties& busy) const {
  const auto passed = listed(busy);
  for (int look = 0; look < kLooksPerLease; ++look) {
    auto candidates =
        busy.empty() ? tx.query(due_in_hand_, now) : tx.query(due_in_hand_passing_, now, passed);
    if (candidates.empty())
      candidates = busy.empty() ? tx.query(fresh_) : tx.query(fresh_passing_, passed);
    if (candidates.empty()) return std::nullopt;
    const auto candidate = candidates.front();
    const auto tenant = candidate.text("tenant");
    const auto lane = candidate.text("lane");

    const auto older = tx.query(oldest_in_hand_, tenant, lane, candidate.integer("seq"));
    const auto head = older.empty() ? candidate : older.front();
    const auto seq = head.integer("seq");
    const auto due = head.time("due_ms");
    if (due > now) {
      put_off(tx, candidate, due, now);
      continue;
    }
    const auto leased = tx.query(lease_, owner, now + lease_for, seq, due);
    if (leased.empty()) continue;  // Another host was faster.
    return Lease{seq, tenant, lane, std::string(owner), leased.front().integer("attempts")};
  }
  return std::nullopt;  // `next_due` says that there is more to look at.
}

void LaneQueue::put_off(Transaction& tx, const Row& row, WallTime until, WallTime now) const {
  const auto tenant = row.text("tenant");
  const auto lane = row.text("lane");
  if (row.time("due_ms") == kAtOnce) {
    tx.execute(put_off_fresh_, until, tenant, lane, kPutOffAtOnce);
  } else {
    tx.execute(put_off_in_hand_, until, tenant, lane, row.integer("seq"), now, kPutOffAtOnce);
  }
}

bool LaneQueue::extend(Transaction& tx, const Lease& lease, WallTime until) const {
  return tx.execute(extend_, until, lease.seq, lease.owner, lease.attempt) == 1;
}

bool LaneQueue::retry(Transaction& tx, const Lease& lease, WallTime due,
                      std::string_view error) const {
  return tx.execute(retry_, due, error, lease.seq, lease.owner, lease.attempt) == 1;
}

bool LaneQueue::put_back(Transaction& tx, const Lease& lease, WallTime due) const {
  return tx.execute(put_back_, due, lease.seq, lease.owner, lease.attempt) == 1;
}

void LaneQueue::promote(Transaction& tx, std::string_view tenant, std::string_view lane,
                        WallTime now) const {
  tx.execute(promote_, now, tenant, lane);
}

std::int64_t LaneQueue::release_all(Transaction& tx, std::string_view owner_prefix,
                                    WallTime now) const {
  return tx.execute(release_, now, owner_prefix);
}

std::optional<WallTime> LaneQueue::next_due(Transaction& tx, const Parties& busy) const {
  const auto rows = busy.empty() ? tx.query(next_due_) : tx.query(next_due_passing_, listed(busy));
  if (rows.empty()) return std::nullopt;
  return rows.front().time("due_ms");
}

std::int64_t LaneQueue::open_rows(Transaction& tx) const {
  return tx.query(open_).front().integer("open_rows");
}

}  // namespace conserje
