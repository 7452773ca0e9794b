#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config.hpp"
#include "conserje/date_time.hpp"
#include "conserje/pms_types.hpp"
#include "conserje/result.hpp"

namespace conserje::mock {

/// Whether a stay is of a table, and not of nights.
inline bool is_table(const pms::Stay& stay) { return !stay.date_time.empty(); }

/// A party at a table.
struct Seating {
  DateTime from{};
  std::chrono::minutes length{};
  std::int64_t guests = 0;

  DateTime until() const { return from + length; }
  bool operator==(const Seating&) const = default;
};

/// The seating of a table's stay that makes sense: a date-time on its day, somebody grown up.
/// turn: how long a table is kept where the stay does not say. Errors: permanent.
Result<Seating> seating_of(const pms::Stay& stay, std::chrono::minutes turn);

/// The tables, who sits at them, and the arithmetic over that. Pure: no I/O, no clock. Threads: one
/// at a time.
class Restaurant {
 public:
  explicit Restaurant(RestaurantConfig config);

  bool has_tables() const { return !tables_.empty(); }
  std::chrono::minutes turn() const { return std::chrono::minutes(config_.turn_minutes); }

  /// What the guests of that area are told it is called; empty: there is no such area.
  std::string area_name(std::string_view area) const;

  /// The smallest free table of the area (empty: of any) that holds the party and is kept for
  /// parties of its size; nullopt: there is none, or nobody may arrive then. without: the id of a
  /// reservation that is counted as if it were not there.
  std::optional<std::string> table_for(const Seating& seating, std::string_view area,
                                       std::string_view without) const;

  /// At the seating's time; without one there, at the other times of its day, the nearest first.
  pms::Tables at(const Seating& seating, std::string_view area, std::string_view without) const;
  /// At any time of its day, the earliest first.
  pms::Tables on_day(const Seating& seating, std::string_view area, std::string_view without) const;

  /// Seats the reservation `id` at a table until further notice; an empty table: nowhere.
  void seat(const std::string& id, const std::string& table, const Seating& seating);

  static constexpr std::size_t kMostOthers = 24;
  static constexpr int kOpeningsLookAhead = 60;  // Days.

 private:
  struct Table {
    std::string id;
    const TableGroup* group;
  };
  struct Taken {
    std::string id;  // Of the reservation.
    DateTime from;
    DateTime until;
  };

  const std::vector<ServiceSpan>& spans_of(Date day) const;
  std::vector<DateTime> arrivals_of(Date day) const;
  bool is_free(const Table& table, const Seating& seating, std::string_view without) const;
  std::vector<pms::TableOffer> offers(const Seating& seating, std::string_view area,
                                      std::string_view without) const;
  pms::Tables day_of(const Seating& seating) const;
  void add_others(pms::Tables& found, const std::vector<DateTime>& times, Seating seating,
                  std::string_view area, std::string_view without) const;

  RestaurantConfig config_;
  std::vector<Table> tables_{};  // The smallest first, then in the order of the configuration.
  std::map<std::string, std::vector<Taken>, std::less<>> taken_{};  // By table.
  std::map<std::string, std::string, std::less<>> table_of_{};      // By reservation.
};

}  // namespace conserje::mock
