#pragma once

#include <string>
#include <string_view>

#include "conserje/time.hpp"
#include "guard/clock.hpp"

namespace conserje {

/// What a wall clock in a house shows: its date, and the time since that midnight.
struct LocalTime {
  Date date{};
  Millis time_of_day{};

  bool operator==(const LocalTime&) const = default;
};

/// `time` in an IANA zone that the configuration has checked; in UTC should the machine not know
/// it. Threads: any.
LocalTime local_time(WallTime time, const std::string& time_zone);

/// As "2026-12-10T20:30:00".
std::string format_local(const LocalTime& local);

}  // namespace conserje
