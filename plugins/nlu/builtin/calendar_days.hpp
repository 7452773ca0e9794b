#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "meaning.hpp"

/// The calendar's days: which of them a moment names, before anybody looks at a clock.
namespace conserje::nlu {

/// Whole days [begin, end).
struct Days {
  std::chrono::local_days begin, end;
  Grain grain = Grain::day;
};

Days one_day(std::chrono::local_days day);
bool is_one_day(const Days& whole);

/// Nothing: there is no such day.
std::optional<std::chrono::local_days> make_day(int y, int m, int d);
std::chrono::local_days monday_of(std::chrono::local_days day);
/// The same day some months away; the month's last where it has no such day.
std::chrono::local_days add_months(std::chrono::local_days from, int count);

/// The readings of the date in a moment, the likeliest last. None: there is no such date.
std::vector<Days> days_of(const When& when, std::chrono::local_days today);

}  // namespace conserje::nlu
