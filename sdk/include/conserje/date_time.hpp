#pragma once

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "conserje/time.hpp"

namespace conserje {

/// A date and a time of that day as a clock on the wall shows them, without zone.
using DateTime = std::chrono::local_time<std::chrono::minutes>;

/// The day of a date-time.
inline Date date_of(DateTime moment) { return Date(std::chrono::floor<std::chrono::days>(moment)); }

/// The time since the midnight before it.
inline std::chrono::minutes time_of(DateTime moment) {
  return moment - std::chrono::floor<std::chrono::days>(moment);
}

/// A time of a day, which may be beyond its midnight.
inline DateTime at_time(Date date, std::chrono::minutes since_midnight) {
  return std::chrono::local_days(date) + since_midnight;
}

/// "20:30" as the time since midnight; nullopt when it is not exactly that shape or no such time.
inline std::optional<std::chrono::minutes> parse_clock(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto digit = [&](std::size_t at) {
    return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : 100;
  };
  const int hours = digit(0) * 10 + digit(1);
  const int minutes = digit(3) * 10 + digit(4);
  if (hours > 23 || minutes > 59) return std::nullopt;
  return std::chrono::minutes(hours * 60 + minutes);
}

/// "2026-12-10T20:30" as a date-time; nullopt when it is not exactly that shape or no such moment.
inline std::optional<DateTime> parse_date_time(std::string_view text) {
  if (text.size() != 16 || text[10] != 'T') return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  const auto time = parse_clock(text.substr(11));
  if (!date || !time) return std::nullopt;
  return at_time(*date, *time);
}

/// A date-time as "2026-12-10T20:30".
inline std::string format_date_time(DateTime moment) {
  const auto minutes = static_cast<int>(time_of(moment).count());
  char text[32];
  std::snprintf(text, sizeof text, "T%02d:%02d", minutes / 60, minutes % 60);
  return format_date(date_of(moment)) + text;
}

}  // namespace conserje
