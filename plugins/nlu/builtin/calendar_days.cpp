#include "calendar_days.hpp"

#include <algorithm>

// Feasts, weekdays, units counted from today, and the parts, weeks and neighbours of all of them.
namespace conserje::nlu {

using namespace std::chrono;

Days one_day(local_days day) { return {day, day + days{1}, Grain::day}; }

bool is_one_day(const Days& whole) { return whole.end - whole.begin == days{1}; }

std::optional<local_days> make_day(int y, int m, int d) {
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                            day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;
  return local_days{date};
}

local_days monday_of(local_days day) { return day - (weekday{day} - Monday); }

local_days add_months(local_days from, int count) {
  const year_month_day date{from};
  const year_month_day moved = date + months{count};
  return moved.ok() ? local_days{moved} : local_days{moved.year() / moved.month() / last};
}

namespace {

Days whole_month(int y, int m) {
  const year_month first{year{y}, month{static_cast<unsigned>(m)}};
  return {local_days{first / 1}, local_days{(first + months{1}) / 1}, Grain::month};
}
Days whole_year(int y) {
  return {local_days{year{y} / 1 / 1}, local_days{year{y + 1} / 1 / 1}, Grain::year};
}

/// Gregorian Easter Sunday (the anonymous algorithm of 1876).
local_days easter(int y) {
  const int a = y % 19, b = y / 100, c = y % 100, d = b / 4, e = b % 4, f = (b + 8) / 25;
  const int g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return *make_day(y, n / 31, n % 31 + 1);
}

/// The day of the tabular Islamic calendar that falls in the Gregorian year `y`, the first if two
/// do; real ones follow the moon and may be a day off.
local_days islamic_day(int islamic_month, int day, int y) {
  constexpr int kEpoch = 1948439;      // astronomical, as a Julian day number
  constexpr int kUnixEpoch = 2440588;  // likewise
  const auto in_islamic_year = [&](int year_number) {
    const int julian = (11 * year_number + 3) / 30 + 354 * year_number + 30 * islamic_month -
                       (islamic_month - 1) / 2 + day + kEpoch - 385;
    return local_days{days{julian - kUnixEpoch}};
  };
  int year_number = (y - 622) * 33 / 32;
  while (year_month_day{in_islamic_year(year_number)}.year() < year{y}) ++year_number;
  return in_islamic_year(year_number);
}

Days holiday_in(Holiday holiday, int y) {
  switch (holiday) {
    case Holiday::new_year: return one_day(*make_day(y, 1, 1));
    case Holiday::epiphany: return one_day(*make_day(y, 1, 6));
    case Holiday::valentine: return one_day(*make_day(y, 2, 14));
    case Holiday::carnival: return {easter(y) - days{50}, easter(y) - days{46}, Grain::day};
    case Holiday::holy_week: return {easter(y) - days{7}, easter(y) + days{1}, Grain::week};
    case Holiday::good_friday: return one_day(easter(y) - days{2});
    case Holiday::easter: return one_day(easter(y));
    case Holiday::halloween: return one_day(*make_day(y, 10, 31));
    case Holiday::christmas_eve: return one_day(*make_day(y, 12, 24));
    case Holiday::christmas: return one_day(*make_day(y, 12, 25));
    case Holiday::eid_al_fitr: return one_day(islamic_day(10, 1, y));
    case Holiday::eid_al_adha: return one_day(islamic_day(12, 10, y));
    case Holiday::ramadan: return {islamic_day(9, 1, y), islamic_day(9, 1, y) + days{30}};
    case Holiday::spring: return {*make_day(y, 3, 20), *make_day(y, 6, 21), Grain::month};
    case Holiday::summer: return {*make_day(y, 6, 21), *make_day(y, 9, 24), Grain::month};
    case Holiday::autumn: return {*make_day(y, 9, 24), *make_day(y, 12, 21), Grain::month};
    case Holiday::winter: return {*make_day(y, 12, 21), *make_day(y + 1, 3, 21), Grain::month};
    case Holiday::new_years_eve:
    case Holiday::none: break;
  }
  return one_day(*make_day(y, 12, 31));
}

Days weekend_from(local_days saturday) { return {saturday, saturday + days{2}, Grain::weekend}; }

/// A day after `from`, or from it on, that is not a Saturday or Sunday.
local_days working_days_after(local_days from, int count) {
  while (count > 0)
    if (const weekday day{from += days{1}}; day != Saturday && day != Sunday) --count;
  return from;
}

/// The nth of the stretches that begin at `first` and every `step` after it; n = -1: the last that
/// begins in `whole`.
std::optional<local_days> nth_from(const Days& whole, local_days first, days step, int n) {
  const local_days found =
      n > 0 ? first + step * (n - 1) : first + step * ((whole.end - days{1} - first) / step);
  if (found >= whole.end) return std::nullopt;
  return found;
}

/// The nth weekday or unit of a month or year; n = -1: the last. Weeks run from Monday, and the
/// first is the one that holds most of the first days (ISO 8601).
std::optional<Days> nth_in(const When& when, const Days& whole) {
  if (when.weekday != kUnset) {
    const weekday wanted{static_cast<unsigned>(when.weekday)};
    const local_days first = whole.begin + (wanted - weekday{whole.begin});
    const auto found = nth_from(whole, first, days{7}, when.nth);
    return found ? std::optional(one_day(*found)) : std::nullopt;
  }
  switch (when.nth_unit) {
    case Grain::day: {
      const auto found = nth_from(whole, whole.begin, days{1}, when.nth);
      return found ? std::optional(one_day(*found)) : std::nullopt;
    }
    case Grain::weekend: {
      const local_days first = whole.begin + (Saturday - weekday{whole.begin});
      const auto found = nth_from(whole, first, days{7}, when.nth);
      return found ? std::optional(weekend_from(*found)) : std::nullopt;
    }
    case Grain::month: {
      if (whole.grain != Grain::year || when.nth > 12) return std::nullopt;
      const int y = static_cast<int>(year_month_day{whole.begin}.year());
      return whole_month(y, when.nth < 0 ? 12 : when.nth);
    }
    case Grain::week: {
      const local_days first = monday_of(whole.begin + days{3});
      const local_days begin =
          when.nth > 0 ? first + days{7 * (when.nth - 1)} : monday_of(whole.end - days{4});
      return Days{begin, begin + days{7}, Grain::week};
    }
    default: return std::nullopt;
  }
}

/// A unit counted from now, and what the other fields pick inside it.
std::optional<Days> shifted_days(const When& when, local_days today) {
  const year_month_day date{today};
  const int y = static_cast<int>(date.year());
  switch (when.unit) {
    case Grain::week: {
      const local_days monday = monday_of(today) + days{7 * when.shift};
      if (when.weekday != kUnset)
        return one_day(monday + (weekday{static_cast<unsigned>(when.weekday)} - Monday));
      if (when.whole) return Days{monday, monday + days{when.working ? 5 : 7}, Grain::week};
      return one_day(today + days{7 * when.shift});
    }
    case Grain::weekend: {
      return weekend_from(monday_of(today) + days{5 + 7 * when.shift});
    }
    case Grain::month: {
      if (!when.whole) return one_day(add_months(today, when.shift));
      const year_month_day moved{
          add_months(local_days{date.year() / date.month() / 1}, when.shift)};
      const int month_number = static_cast<int>(static_cast<unsigned>(moved.month()));
      const int its_year = static_cast<int>(moved.year());
      if (when.nth != 0) return nth_in(when, whole_month(its_year, month_number));
      if (when.day == kUnset) return whole_month(its_year, month_number);
      const auto day = make_day(its_year, month_number, when.day);
      return day ? std::optional(one_day(*day)) : std::nullopt;
    }
    case Grain::year: {
      if (!when.whole) return one_day(add_months(today, 12 * when.shift));
      const int its_year = y + when.shift;
      if (when.holiday != Holiday::none) return holiday_in(when.holiday, its_year);
      if (when.month == kUnset)
        return when.nth != 0 ? nth_in(when, whole_year(its_year)) : whole_year(its_year);
      if (when.nth != 0) return nth_in(when, whole_month(its_year, when.month));
      if (when.day == kUnset) return whole_month(its_year, when.month);
      const auto day = make_day(its_year, when.month, when.day);
      return day ? std::optional(one_day(*day)) : std::nullopt;
    }
    default: break;
  }
  if (when.working && when.shift > 0) return one_day(working_days_after(today, when.shift));
  return one_day(today + days{when.shift});
}

/// The occurrence in year `y` (and month `m`, when only a day was said), if there is one.
std::optional<Days> in_year(const When& when, int y, int m) {
  if (when.holiday != Holiday::none) return holiday_in(when.holiday, y);
  if (when.month == kUnset && when.day == kUnset)
    return when.nth != 0 && when.year != kUnset ? nth_in(when, whole_year(y)) : whole_year(y);
  const int month_number = when.month != kUnset ? when.month : m;
  if (when.nth != 0) return nth_in(when, whole_month(y, month_number));
  if (when.day == kUnset) return whole_month(y, month_number);
  const auto day = make_day(y, month_number, when.day);
  if (!day) return std::nullopt;
  return one_day(*day);
}

/// The first occurrence that is not over on `today`; for "el mayo pasado" the last that is.
std::optional<Days> nearest(const When& when, local_days today) {
  const year_month_day date{today};
  const int this_year = static_cast<int>(date.year());
  const int this_month = static_cast<int>(static_cast<unsigned>(date.month()));
  if (when.year != kUnset) return in_year(when, when.year, this_month);
  const bool monthly = when.month == kUnset && when.holiday == Holiday::none;
  const bool back = when.turn == Turn::last;
  std::optional<Days> fallback;
  for (int step = 0; step <= 24; ++step) {
    const int away = back ? -step : step;
    const int counted = this_year * 12 + this_month - 1 + away;
    const auto found = monthly ? in_year(when, counted / 12, counted % 12 + 1)
                               : in_year(when, this_year + away, this_month);
    if (!found) continue;
    if (back ? found->begin >= today : found->end <= today) continue;
    if (!back && when.turn == Turn::next && found->begin <= today) continue;
    const bool weekday_agrees =
        when.weekday == kUnset || when.nth != 0 ||
        weekday{found->begin} == weekday{static_cast<unsigned>(when.weekday)};
    if (weekday_agrees) return found;
    if (!fallback) fallback = found;
    if (!monthly && step > 1) break;
  }
  return fallback;
}

/// The readings of a bare weekday, the likelier one last.
std::vector<Days> weekday_days(const When& when, local_days today) {
  const weekday wanted{static_cast<unsigned>(when.weekday)};
  const days ahead = wanted - weekday{today};
  const local_days coming = ahead == days{0} ? today + days{7} : today + ahead;
  switch (when.turn) {
    case Turn::last: {
      const local_days before = today - (weekday{today} - wanted);
      return {one_day(before == today ? today - days{7} : before)};
    }
    case Turn::current: return {one_day(today + ahead)};
    case Turn::next: {
      const local_days next_week = monday_of(today) + days{7} + (wanted - Monday);
      if (next_week == coming) return {one_day(coming)};
      return {one_day(coming), one_day(next_week)};
    }
    case Turn::coming: return {one_day(coming)};
    case Turn::open: break;
  }
  if (ahead == days{0}) return {one_day(today), one_day(coming)};
  return {one_day(coming)};
}

/// The middle days of a month are the 10th to the 20th; of anything else its middle third.
Days middle_of(const Days& whole) {
  if (whole.grain == Grain::month) return {whole.begin + days{9}, whole.begin + days{20}};
  const days length = whole.end - whole.begin;
  return {whole.begin + length / 3, whole.begin + length * 2 / 3};
}

local_days half_of(const Days& whole) {
  if (whole.grain == Grain::year) return add_months(whole.begin, 6);
  if (whole.grain == Grain::month) return whole.begin + days{15};
  return whole.begin + (whole.end - whole.begin) / 2;
}

Days cut_edge(const Days& whole, Edge edge, local_days today) {
  switch (edge) {
    case Edge::none: return whole;
    case Edge::start: return {whole.begin, half_of(whole)};
    case Edge::middle: return middle_of(whole);
    case Edge::end: return {half_of(whole), whole.end};
    case Edge::later: return {std::max(half_of(whole), today), whole.end};
    case Edge::rest: return {std::max(whole.begin, today), whole.end - days{1}};
    case Edge::first_half: return {whole.begin, whole.begin + days{14}};
    case Edge::second_half: return {whole.begin + days{14}, whole.end};
  }
  return whole;
}

/// The week or weekend around a day; a feast next to the weekend makes it longer.
Days spread(const Days& whole, Span span) {
  if (span == Span::itself) return whole;
  const local_days monday = monday_of(whole.begin);
  if (span == Span::week) return {monday, monday + days{7}, Grain::week};
  const days since_monday = whole.begin - monday;
  const local_days saturday = monday + days{since_monday < days{2} ? -2 : 5};
  return {std::min(saturday, whole.begin), std::max(saturday + days{2}, whole.end), Grain::weekend};
}

/// The readings of "un finde largo": with the Friday, or with the Monday.
std::vector<Days> longer_weekend(const Days& weekend) {
  return {{weekend.begin - days{1}, weekend.end, Grain::weekend},
          {weekend.begin, weekend.end + days{1}, Grain::weekend}};
}

/// The weekday, week or weekend before or after a day.
Days beside(const Days& anchor, const When& when) {
  const bool before = when.beside == Beside::before;
  if (when.weekday != kUnset) {
    const weekday wanted{static_cast<unsigned>(when.weekday)};
    return one_day(before ? anchor.begin - days{1} - (weekday{anchor.begin - days{1}} - wanted)
                          : anchor.end + (wanted - weekday{anchor.end}));
  }
  const Days its_own = spread(one_day(before ? anchor.begin : anchor.end - days{1}), when.span);
  const days away{before ? -7 : 7};
  const bool already = when.span == Span::weekend &&
                       (before ? its_own.end <= anchor.begin : its_own.begin >= anchor.end);
  return already ? its_own : Days{its_own.begin + away, its_own.end + away, its_own.grain};
}

std::vector<Days> days_around(const When& when, local_days today) {
  When anchor = when;
  anchor.beside = Beside::itself;
  anchor.span = Span::itself;
  anchor.weekday = kUnset;
  auto found = days_of(anchor, today);
  for (Days& day : found) day = beside(day, when);
  return found;
}

}  // namespace

std::vector<Days> days_of(const When& when, local_days today) {
  if (when.beside != Beside::itself) return days_around(when, today);
  const bool only_weekday = when.weekday != kUnset && when.month == kUnset && when.day == kUnset &&
                            when.year == kUnset && !when.shifted && when.nth == 0;
  std::vector<Days> found;
  if (only_weekday) {
    found = weekday_days(when, today);
  } else if (const auto whole = when.shifted ? shifted_days(when, today) : nearest(when, today)) {
    found = {*whole};
    if (when.longer) found = longer_weekend(*whole);
  }
  for (Days& whole : found) {
    whole = spread(whole, when.span);
    const bool edge_of_part = when.part != Part::none || when.has_clock();
    if (!is_one_day(whole) && !edge_of_part) whole = cut_edge(whole, when.edge, today);
    whole.begin += days{when.offset_days};
    whole.end += days{when.offset_days};
  }
  return found;
}

}  // namespace conserje::nlu
