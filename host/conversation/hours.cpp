#include "conversation/hours.hpp"

#include <algorithm>
#include <span>

namespace conserje {
namespace {

/// The times of a day; none on a holiday.
std::span<const DaySpan> spans_of(const BusinessHours& hours, Date date) {
  if (std::ranges::find(hours.holidays, date) != hours.holidays.end()) return {};
  return hours.week[std::chrono::weekday(std::chrono::sys_days(date)).c_encoding()];
}

}  // namespace

bool is_open(const BusinessHours& hours, const LocalTime& now) {
  return std::ranges::any_of(spans_of(hours, now.date), [&](const DaySpan& span) {
    return span.from <= now.time_of_day && now.time_of_day < span.to;
  });
}

std::optional<Opening> next_opening(const BusinessHours& hours, const LocalTime& now) {
  for (int day = 0; day <= kOpeningsLookAhead; ++day) {
    const Date date = add_days(now.date, day);
    for (const auto& span : spans_of(hours, date))
      if (day > 0 || span.from > now.time_of_day) return Opening{date, span.from};
  }
  return std::nullopt;
}

}  // namespace conserje
