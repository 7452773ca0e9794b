#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.hpp"

namespace conserje {

/// requested: the guest confirmed, the PMS has not answered. confirmed: the PMS has it. cancelled:
/// by the guest or the staff. failed: the PMS would not take it; see the dead letters.
enum class ReservationState : unsigned char { requested, confirmed, cancelled, failed };

std::string_view to_string(ReservationState state);

/// Our truth about one reservation.
struct ReservationRow {
  std::string reference{};  // Ours, unique; what the guest is told.
  std::string tenant{};
  std::string lane{};  // The guest, as in `inbox`.
  std::string guest_name{};
  std::string pms{};     // The plugin's name in the pipeline.
  std::string pms_id{};  // Empty: the PMS has not named it.
  ReservationState state = ReservationState::requested;
  std::string date_time{};              // Reserved: local, YYYY-MM-DDTHH:MM. Empty: unknown.
  std::string data{};                   // JSON: dates, unit, party, price, as agreed.
  std::optional<WallTime> confirmed{};  // When the guest confirmed a reminder.
  WallTime created{};
  WallTime updated{};
  std::string last_day{};  // Of the stay, such as 2026-12-12; empty: not known.
  std::string deposit{};   // As found: waiting, approved or refused; empty: no receipt came.

  bool operator==(const ReservationRow&) const = default;
};

/// Table `reservations`. Threads: any. Errors: those of Database.
class Reservations {
 public:
  explicit Reservations(Database& database) : database_(database) {}  // Outlives the Reservations.

  /// Inserts it, or replaces all but `created` of the one with its reference.
  void save(Transaction& tx, const ReservationRow& reservation);
  /// How its deposit is; nothing where there is no such reservation.
  static void set_deposit(Transaction& tx, const std::string& tenant, const std::string& reference,
                          std::string_view state);
  /// Confirmed ones whose guests were not asked for a review yet, and whose last day is one of
  /// these, the earliest first, at most `limit`. Days: such as 2026-12-12, both inclusive.
  Result<std::vector<ReservationRow>> to_review(const std::string& tenant, const std::string& from,
                                                const std::string& to, std::int64_t limit);
  /// What became of asking: asked, complained or missed; false: that stood before.
  static bool set_review(Transaction& tx, const std::string& tenant, const std::string& reference,
                         std::string_view what);
  Result<std::optional<ReservationRow>> find(const std::string& reference);
  /// By the id that the PMS gave it.
  Result<std::optional<ReservationRow>> find_by_pms_id(const std::string& tenant,
                                                       const std::string& pms,
                                                       const std::string& pms_id);
  /// A guest's reservations, the newest first, at most `limit`.
  Result<std::vector<ReservationRow>> of_guest(const std::string& tenant, const std::string& lane,
                                               std::int64_t limit);

 private:
  Database& database_;
};

}  // namespace conserje
