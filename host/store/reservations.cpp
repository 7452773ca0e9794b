#include "store/reservations.hpp"

#include <array>

#include "store/words.hpp"

namespace conserje {
namespace {

constexpr std::array kStates{ReservationState::requested, ReservationState::confirmed,
                             ReservationState::cancelled, ReservationState::failed};

constexpr auto kSave = R"sql(
    INSERT INTO reservations (reference, tenant, lane, guest_name, pms, pms_id, state, data, confirmed_ms,
                              created_ms, updated_ms, last_day,
                              date_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (reference) DO UPDATE
    SET tenant = excluded.tenant, lane = excluded.lane, guest_name = excluded.guest_name,
        pms = excluded.pms, pms_id = excluded.pms_id, state = excluded.state, data = excluded.data,
        confirmed_ms = excluded.confirmed_ms, updated_ms = excluded.updated_ms,
        last_day = excluded.last_day, date_time = excluded.date_time)sql";

constexpr auto kToReview = R"sql(
    SELECT * FROM reservations
    WHERE tenant = $1 AND review = '' AND state = 'confirmed' AND last_day <> ''
      AND last_day >= $2 AND last_day <= $3 ORDER BY last_day, reference LIMIT $4)sql";

constexpr auto kSetReview = R"sql(
    UPDATE reservations SET review = $1
    WHERE tenant = $2 AND reference = $3 AND review = '')sql";

constexpr auto kFind = "SELECT * FROM reservations WHERE reference = $1";

constexpr auto kFindByPmsId = R"sql(
    SELECT * FROM reservations WHERE tenant = $1 AND pms = $2 AND pms_id = $3 AND pms_id <> '' LIMIT 1)sql";

constexpr auto kOfGuest = R"sql(
    SELECT * FROM reservations WHERE tenant = $1 AND lane = $2
    ORDER BY created_ms DESC, reference LIMIT $3)sql";

ReservationRow reservation_of(const Row& row) {
  return {.reference = row.text("reference"),
          .tenant = row.text("tenant"),
          .lane = row.text("lane"),
          .guest_name = row.text("guest_name"),
          .pms = row.text("pms"),
          .pms_id = row.text("pms_id"),
          .state = from_word(row.text("state"), kStates),
          .date_time = row.text("date_time"),
          .data = row.text("data"),
          .confirmed = row.optional_time("confirmed_ms"),
          .created = row.time("created_ms"),
          .updated = row.time("updated_ms"),
          .last_day = row.text("last_day"),
          .deposit = row.text("deposit")};
}

std::optional<ReservationRow> first_of(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return reservation_of(rows.front());
}

}  // namespace

std::string_view to_string(ReservationState state) {
  switch (state) {
    case ReservationState::requested: return "requested";
    case ReservationState::confirmed: return "confirmed";
    case ReservationState::cancelled: return "cancelled";
    case ReservationState::failed: return "failed";
  }
  return "";
}

void Reservations::save(Transaction& tx, const ReservationRow& r) {
  tx.execute(kSave, r.reference, r.tenant, r.lane, r.guest_name, r.pms, r.pms_id,
             to_string(r.state), r.data, r.confirmed, r.created, r.updated, r.last_day,
             r.date_time);
}

Result<std::vector<ReservationRow>> Reservations::to_review(const std::string& tenant,
                                                            const std::string& from,
                                                            const std::string& to,
                                                            std::int64_t limit) {
  return database_.read([&](Transaction& tx) {
    std::vector<ReservationRow> found;
    for (const auto row : tx.query(kToReview, tenant, from, to, limit))
      found.push_back(reservation_of(row));
    return found;
  });
}

bool Reservations::set_review(Transaction& tx, const std::string& tenant,
                              const std::string& reference, std::string_view what) {
  return tx.execute(kSetReview, what, tenant, reference) == 1;
}

void Reservations::set_deposit(Transaction& tx, const std::string& tenant,
                               const std::string& reference, std::string_view state) {
  tx.execute("UPDATE reservations SET deposit = $1 WHERE tenant = $2 AND reference = $3", state,
             tenant, reference);
}

Result<std::optional<ReservationRow>> Reservations::find(const std::string& reference) {
  return database_.read([&](Transaction& tx) { return first_of(tx.query(kFind, reference)); });
}

Result<std::optional<ReservationRow>> Reservations::find_by_pms_id(const std::string& tenant,
                                                                   const std::string& pms,
                                                                   const std::string& pms_id) {
  return database_.read(
      [&](Transaction& tx) { return first_of(tx.query(kFindByPmsId, tenant, pms, pms_id)); });
}

Result<std::vector<ReservationRow>> Reservations::of_guest(const std::string& tenant,
                                                           const std::string& lane,
                                                           std::int64_t limit) {
  return database_.read([&](Transaction& tx) {
    std::vector<ReservationRow> found;
    for (const auto row : tx.query(kOfGuest, tenant, lane, limit))
      found.push_back(reservation_of(row));
    return found;
  });
}

}  // namespace conserje
