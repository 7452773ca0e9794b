#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meaning.hpp"

/// Looks at the calendar: from what the guest said to dates and times of the hotel.
namespace conserje::nlu {

using LocalTime = std::chrono::local_seconds;

/// "2026-12-10T09:30:00" or "2026-12-10". Nothing: it does not read as a local ISO date-time.
std::optional<LocalTime> read_local_time(std::string_view iso);

/// One way to read a moment: local ISO values, "2026-12-10", "2026-12-10T20:00:00" or, without a
/// date, "20:00:00". `end` is exclusive; "del 10 al 12" ends on the 12th as it was said, which for
/// nights is the morning they leave.
struct Reading {
  std::string start;  // empty: open, as in "hasta el 10"
  std::string end;    // empty: open, or not a range

  bool operator==(const Reading&) const = default;
};

struct TimeValue {
  std::string_view kind;     // date, time, datetime, range, duration
  Grain grain = Grain::day;  // of `start`
  double seconds = 0;        // duration only
  std::vector<Reading>
      readings;  // the likeliest for a guest with plans, the future one, stands last

  bool operator==(const TimeValue&) const = default;
};

/// What a moment, range or duration means for somebody who says it at `now`, the hotel's local
/// time. A date without a year is its next occurrence; a bare weekday is the next one, never today.
/// Nothing: there is no such date.
std::optional<TimeValue> resolve(Category category, const Meaning& meaning, LocalTime now);

/// The word for a grain in JSON: "day", "minute", ...
std::string_view to_string(Grain grain);

}  // namespace conserje::nlu
