#include "calendar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace conserje::nlu {
namespace {

using namespace std::chrono;

/// When the parts of a day begin and end, in hours. One table, because every source has its own.
struct PartHours {
  int from, to;
};
constexpr PartHours kPartHours[] = {
    {0, 24},   // none
    {4, 8},    // dawn
    {8, 12},   // morning
    {11, 13},  // midday
    {12, 16},  // afternoon
    {16, 20},  // evening
    {20, 24},  // night
    {8, 18},   // working
};

constexpr int kFirstHourAwake = 6;  // An hour before it is rather that of the afternoon.

/// Whole days [begin, end).
struct Days {
  local_days begin, end;
  Grain grain = Grain::day;
};

Days one_day(local_days day) { return {day, day + days{1}, Grain::day}; }

std::optional<local_days> make_day(int y, int m, int d) {
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)},
                            day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;
  return local_days{date};
}

Days whole_month(int y, int m) {
  const year_month first{year{y}, month{static_cast<unsigned>(m)}};
  return {local_days{first / 1}, local_days{(first + months{1}) / 1}, Grain::month};
}
Days whole_year(int y) {
  return {local_days{year{y} / 1 / 1}, local_days{year{y + 1} / 1 / 1}, Grain::year};
}

local_days monday_of(local_days day) { return day - (weekday{day} - Monday); }

/// The same day some months away; the month's last where it has no such day.
local_days add_months(local_days from, int count) {
  const year_month_day date{from};
  const year_month_day moved = date + months{count};
  return moved.ok() ? local_days{moved} : local_days{moved.year() / moved.month() / last};
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

bool is_one_day(const Days& whole) { return whole.end - whole.begin == days{1}; }

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

std::vector<Days> days_around(const When& when, local_days today);

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

std::vector<Days> days_around(const When& when, local_days today) {
  When anchor = when;
  anchor.beside = Beside::itself;
  anchor.span = Span::itself;
  anchor.weekday = kUnset;
  auto found = days_of(anchor, today);
  for (Days& day : found) day = beside(day, when);
  return found;
}

/// From whole days to an instant (`end` equals `begin`).
struct Stretch {
  LocalTime begin, end;
  Grain grain = Grain::day;
};

struct Minutes {
  minutes from, to;
};

/// Early and late are the halves of a part of the day, its middle the half in between.
Minutes cut_part(Part part, Edge edge) {
  const PartHours whole = kPartHours[static_cast<int>(part)];
  const minutes from{60 * whole.from}, to{60 * whole.to}, half = (to - from) / 2;
  switch (edge) {
    case Edge::start:
    case Edge::first_half: return {from, from + half};
    case Edge::middle: return {from + half / 2, to - half / 2};
    case Edge::end:
    case Edge::later:
    case Edge::second_half: return {from + half, to};
    default: return {from, to};
  }
}

/// A part of one day without a name: "early in the day", "the middle of the day", "what is left of
/// today". Its end is its last moment.
Stretch edge_of_day(Edge edge, local_days day, LocalTime now) {
  const LocalTime begin{day}, end{day + days{1}};
  switch (edge) {
    case Edge::start: return {begin, begin + hours{12}, Grain::part};
    case Edge::middle: return {begin + hours{10}, begin + hours{14}, Grain::part};
    case Edge::later: return {begin + hours{12}, end, Grain::part};
    case Edge::rest: return {std::clamp(now, begin, end), end, Grain::part};
    default: return {end - seconds{1}, end - seconds{1}, Grain::second};
  }
}

std::vector<Stretch> on_day(const When& when, const Days& whole, LocalTime now) {
  const LocalTime midnight{whole.begin};
  if (when.part != Part::none && !when.has_clock()) {
    const Minutes part = cut_part(when.part, when.edge);
    return {{midnight + part.from, midnight + part.to, Grain::part}};
  }
  if (!when.has_clock() && when.edge != Edge::none && is_one_day(whole))
    return {edge_of_day(when.edge, whole.begin, now)};
  if (!when.has_clock()) return {{whole.begin, whole.end, whole.grain}};
  const Grain grain = when.second != kUnset   ? Grain::second
                      : when.minute != kUnset ? Grain::minute
                                              : Grain::hour;
  const auto rest = minutes{when.minute == kUnset ? 0 : when.minute} +
                    seconds{when.second == kUnset ? 0 : when.second};
  const auto at = [&](int hour) {
    const LocalTime begin = midnight + hours{hour} + rest;
    return Stretch{begin, begin, grain};
  };
  if (!when.either_half) return {at(when.hour)};
  const int hour = when.hour % 12;
  const LocalTime clock = midnight + (now - floor<days>(now));
  // The next time that the clock shows it stands last, but nobody means 3 at night.
  if (hour >= kFirstHourAwake && clock < at(hour).begin) return {at(hour + 12), at(hour)};
  return {at(hour), at(hour + 12)};
}

/// An hour or less from now is an instant: "en 2 horas".
std::optional<Stretch> instant(const When& when, LocalTime now) {
  if (!when.shifted || when.unit > Grain::hour) return std::nullopt;
  const seconds unit = when.unit == Grain::hour     ? seconds{3600}
                       : when.unit == Grain::minute ? seconds{60}
                                                    : seconds{1};
  const LocalTime at = now + when.shift * unit;
  return Stretch{at, at, when.unit};
}

bool is_later_today(const Stretch& stretch, LocalTime now) {
  return stretch.begin >= now && floor<days>(stretch.begin) == floor<days>(now);
}

std::vector<Stretch> stretches_of(const When& when, LocalTime now) {
  if (const auto at = instant(when, now)) return {*at};
  const local_days today = floor<days>(now);
  std::vector<Stretch> stretches;
  const auto candidates =
      when.has_date() ? days_of(when, today) : std::vector<Days>{one_day(today)};
  for (const Days& whole : candidates)
    for (const Stretch& stretch : on_day(when, whole, now)) stretches.push_back(stretch);
  // "El viernes a las 20", said on a Friday at noon, is rather today.
  const bool said_on_itself = candidates.size() > 1 && when.turn == Turn::open && !when.longer;
  if (said_on_itself && stretches.front().grain < Grain::day) {
    std::ranges::stable_sort(stretches, {},
                             [&](const Stretch& stretch) { return is_later_today(stretch, now); });
  }
  return stretches;
}

std::string write_date(LocalTime time) {
  const year_month_day date{floor<days>(time)};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

std::string write_clock(LocalTime time) {
  const hh_mm_ss clock{time - floor<days>(time)};
  char text[32];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

std::string write(LocalTime time, Grain grain, bool dated) {
  if (!dated) return write_clock(time);
  return grain >= Grain::day ? write_date(time) : write_date(time) + "T" + write_clock(time);
}

bool is_dated(const When& when) { return when.has_date(); }

/// A stretch, not a moment or a day.
bool lasts(const Stretch& stretch) {
  return stretch.grain >= Grain::part &&
         (stretch.grain != Grain::day || stretch.end - stretch.begin > days{1});
}

TimeValue single(const When& when, LocalTime now) {
  TimeValue value;
  for (const Stretch& stretch : stretches_of(when, now)) {
    const bool dated = is_dated(when);
    value.grain = stretch.grain;
    value.kind = lasts(stretch)                ? "range"
                 : stretch.grain == Grain::day ? "date"
                 : dated                       ? "datetime"
                                               : "time";
    value.readings.push_back({write(stretch.begin, stretch.grain, dated),
                              lasts(stretch) ? write(stretch.end, stretch.grain, dated) : ""});
  }
  return value;
}

LocalTime advance(LocalTime from, double number, Grain unit) {
  if (unit == Grain::month || unit == Grain::year) {
    const int count = static_cast<int>(number) * (unit == Grain::year ? 12 : 1);
    return LocalTime{add_months(floor<days>(from), count)} + (from - floor<days>(from));
  }
  const double unit_seconds = unit == Grain::week     ? 604800
                              : unit >= Grain::part   ? 86400
                              : unit == Grain::hour   ? 3600
                              : unit == Grain::minute ? 60
                                                      : 1;
  return from + seconds{static_cast<std::int64_t>(number * unit_seconds)};
}

/// Both were said of one day: "el viernes de 8 a 10".
bool on_same_day(const When& from, const When& to) {
  if (!to.has_clock()) return false;
  When day = from;
  day.hour = to.hour, day.minute = to.minute, day.second = to.second;
  day.either_half = to.either_half, day.part = to.part;
  return day == to;
}

/// The end is looked for from the beginning on, unless it was said from now: "hasta mañana".
std::vector<Stretch> ends_of(const Meaning& range, LocalTime begin, LocalTime now) {
  const bool follows = range.has_from && !range.until.shifted;
  When until = range.until;
  if (follows &&
      (!until.has_date() ||
       on_same_day(range.when, until))) {  // "de 22 a 2": the same day, or past midnight.
    auto ends = on_day(until, one_day(floor<days>(begin)), begin);
    for (Stretch& end : ends)
      if (end.begin < begin) end.begin += days{1}, end.end += days{1};
    return ends;
  }
  return stretches_of(until, follows ? begin : now);
}

/// Where what comes after a stretch begins; weeks are counted back from a Monday.
Stretch after_end(const Stretch& stretch, const Meaning& range) {
  LocalTime end = stretch.end;
  if (range.by_length && range.unit == Grain::week) end = LocalTime{monday_of(floor<days>(end))};
  return {end, end, std::min(stretch.grain, Grain::day)};
}

LocalTime last_moment(const Stretch& end, const Meaning& range) {
  const bool whole = (range.through && lasts(end)) || range.until.edge == Edge::end;
  return whole ? end.end : end.begin;
}

bool is_now(const When& when) {
  return when.shifted && when.unit == Grain::second && when.shift == 0;
}

TimeValue range_value(const Meaning& range, LocalTime now) {
  TimeValue value{.kind = "range", .readings = {}};
  const auto begins =
      range.has_from ? stretches_of(range.when, now) : std::vector<Stretch>{{now, now, Grain::day}};
  for (Stretch begin : begins) {
    if (range.after && lasts(begin)) begin = after_end(begin, range);
    const bool dated =
        range.has_from ? is_dated(range.when) || is_dated(range.until) : is_dated(range.until);
    value.grain = begin.grain;
    if (range.by_length) {
      const LocalTime end = advance(begin.begin, range.number, range.unit);
      const Grain grain = range.unit < Grain::day ? std::min(begin.grain, range.unit) : begin.grain;
      value.readings.push_back({write(std::min(begin.begin, end), grain, dated),
                                write(std::max(begin.begin, end), grain, dated)});
      continue;
    }
    if (!range.has_until) {
      value.readings.push_back({write(begin.begin, begin.grain, dated), ""});
      continue;
    }
    const auto ends = ends_of(range, begin.begin, now);
    if (ends.empty()) continue;
    // With both halves open, 8 to 10 is 8:00 to 10:00 or 20:00 to 22:00: the nearest end to each
    // beginning.
    const Stretch* nearest_end = &ends.back();
    for (const Stretch& end : ends)
      if (end.begin > begin.begin && end.begin < nearest_end->begin) nearest_end = &end;
    if (!range.has_from) {
      value.grain = ends.back().grain;
      for (const Stretch& end : ends)
        value.readings.push_back({"", write(last_moment(end, range), end.grain, dated)});
      continue;
    }
    const bool from_today = is_now(range.when) && nearest_end->grain >= Grain::day;
    const Grain grain = from_today ? Grain::day : std::min(begin.grain, nearest_end->grain);
    if (from_today) value.grain = grain;
    value.readings.push_back(
        {write(begin.begin, grain, dated), write(last_moment(*nearest_end, range), grain, dated)});
  }
  return value;
}

}  // namespace

std::optional<LocalTime> read_local_time(std::string_view iso) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  std::array<int, 6> fields{};
  std::size_t field = 0;
  if (iso.size() != 10 && iso.size() < kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < std::min(iso.size(), kShape.size()); ++i) {
    const bool digit = iso[i] >= '0' && iso[i] <= '9';
    if (digit != (kShape[i] == '0') || (!digit && iso[i] != kShape[i])) return std::nullopt;
    if (digit)
      fields[field] = fields[field] * 10 + (iso[i] - '0');
    else
      ++field;
  }
  if (fields[1] < 1 || fields[1] > 12 || fields[3] > 23 || fields[4] > 59 || fields[5] > 60)
    return std::nullopt;
  const auto day = make_day(fields[0], fields[1], fields[2]);
  if (!day) return std::nullopt;
  return LocalTime{*day} + hours{fields[3]} + minutes{fields[4]} + seconds{fields[5]};
}

std::optional<TimeValue> resolve(Category category, const Meaning& meaning, LocalTime now) {
  if (category == Category::duration)
    return TimeValue{
        .kind = "duration", .grain = meaning.unit, .seconds = meaning.seconds, .readings = {}};
  const bool is_range = category == Category::range || category == Category::time_range;
  TimeValue value = is_range ? range_value(meaning, now) : single(meaning.when, now);
  if (value.readings.empty()) return std::nullopt;
  return value;
}

std::string_view to_string(Grain grain) {
  constexpr std::string_view kNames[] = {"second",  "minute", "hour",  "part", "day",
                                         "weekend", "week",   "month", "year"};
  return kNames[static_cast<int>(grain)];
}

}  // namespace conserje::nlu
