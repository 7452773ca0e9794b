#include "calendar.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "calendar_days.hpp"

// Hours and ranges, and how they are written; calendar_days.cpp finds the days.
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
    {6, 10},   // first thing
    {13, 17},  // after lunch
    {15, 17},  // mid-afternoon
    {17, 21},  // after work
};

constexpr int kFirstHourAwake = 6;  // An hour before it is rather that of the afternoon.

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
  const bool as_written = when.of_24_hours && when.hour < 12;
  const bool next = hour >= kFirstHourAwake && clock < at(hour).begin;
  if (as_written || (next && !when.of_24_hours)) return {at(hour + 12), at(hour)};
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
  day.either_half = to.either_half, day.of_24_hours = to.of_24_hours, day.part = to.part;
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

/// "De 9 a 5" and "from 10 to 2" are rather of one day than of a night.
bool crosses_noon(const Meaning& range) {
  const When &from = range.when, &to = range.until;
  const bool open = range.has_from && range.has_until && from.either_half && to.either_half;
  return open && !to.has_date() && from.hour % 12 > to.hour % 12 &&
         from.hour % 12 >= kFirstHourAwake;
}

bool is_now(const When& when) {
  return when.shifted && when.unit == Grain::second && when.shift == 0;
}

TimeValue range_value(const Meaning& range, LocalTime now) {
  TimeValue value{.kind = "range", .readings = {}};
  auto begins =
      range.has_from ? stretches_of(range.when, now) : std::vector<Stretch>{{now, now, Grain::day}};
  if (crosses_noon(range))
    std::ranges::stable_partition(begins, [](const Stretch& begin) {
      return begin.begin - floor<days>(begin.begin) >= hours{12};
    });
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
