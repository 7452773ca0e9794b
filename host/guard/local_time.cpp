#include "guard/local_time.hpp"

#include <date/tz.h>

#include <cstdio>
#include <stdexcept>

namespace conserje {
namespace {

Millis since_epoch(WallTime time, const std::string& time_zone) {
  try {
    return date::locate_zone(time_zone)->to_local(time).time_since_epoch();
  } catch (
      const std::runtime_error&) {  // date/tz.h throws for a zone that the machine does not have.
    return time.time_since_epoch();
  }
}

}  // namespace

LocalTime local_time(WallTime time, const std::string& time_zone) {
  const Millis local = since_epoch(time, time_zone);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  return {.date = Date(std::chrono::sys_days(day)), .time_of_day = local - day};
}

std::string format_local(const LocalTime& local) {
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(local.time_of_day));
  char text[32];
  std::snprintf(text, sizeof text, "T%02d:%02d:%02d", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return format_date(local.date) + text;
}

}  // namespace conserje
