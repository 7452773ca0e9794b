#include <algorithm>

#include "combine_shared.hpp"

// Stretches of time: from one moment to another, open at an end, or of a length.
namespace conserje::nlu::combine {
namespace {

int minutes_of(const When& when) {
  return when.hour * 60 + (when.minute == kUnset ? 0 : when.minute);
}

/// The half of the day for `open` that makes the stretch to or from `known` the shorter one: "de 8
/// a 10 de la noche" are both in the evening, "de 10 a 2 de la tarde" begins in the morning.
void settle_by(When& open, int known, bool is_end) {
  constexpr int kDay = 24 * 60;
  const int morning = minutes_of(open) % (kDay / 2);
  const auto length = [&](int half) {
    const int away = is_end ? half - known : known - half;
    return (away + kDay - 1) % kDay;
  };
  const int chosen = length(morning) < length(morning + kDay / 2) ? morning : morning + kDay / 2;
  open.hour = static_cast<std::int8_t>(chosen / 60);
  open.either_half = false;
}

/// "Das 11h30 às 1h30" ends at 13:30: an end before its beginning, written without the half.
void carry_past_noon(const When& from, When& to) {
  constexpr int kNoon = 12 * 60;
  const int begin = minutes_of(from), end = minutes_of(to);
  const bool open = to.of_24_hours && !to.either_half && !from.either_half && !to.has_date();
  if (open && end < begin && begin < end + kNoon && end < kNoon)
    to.hour = static_cast<std::int8_t>(to.hour + kNoon / 60);
}

void share_half(When& from, When& to) {
  if (!from.has_clock() || !to.has_clock()) return;
  if (from.either_half && !to.either_half) settle_by(from, minutes_of(to), false);
  const bool same_day = !to.has_date() || to.day == from.day;
  if (!from.either_half && to.either_half && same_day) settle_by(to, minutes_of(from), true);
}

/// "Del 10 al 12 de diciembre": the first day's month is the second's. Likewise year, half of the
/// day and date.
void share(When& from, When& to) {
  if (from.has_clock() && !from.has_date() && to.has_clock() &&
      to.has_date()) {  // "de 8 a 10 del viernes"
    When on_that_day = to;
    on_that_day.hour = from.hour;
    on_that_day.minute = from.minute;
    on_that_day.second = from.second;
    on_that_day.either_half = from.either_half;
    on_that_day.of_24_hours = from.of_24_hours;
    from = on_that_day;
  }
  if (from.month == kUnset && from.day != kUnset && to.month != kUnset && to.day != kUnset) {
    from.month = to.month;
    // "del 28 al 3 de enero" begins a month earlier.
    if (from.day > to.day) from.month = static_cast<std::int8_t>(to.month == 1 ? 12 : to.month - 1);
  }
  if (from.year == kUnset && from.month != kUnset && to.year != kUnset && to.month != kUnset)
    from.year = static_cast<std::int16_t>(from.month > to.month ? to.year - 1 : to.year);
  if (from.day != kUnset && to.day != kUnset && !from.shifted && to.shifted &&
      from.month == kUnset && to.unit == Grain::month) {
    from.shifted = true;
    from.unit = to.unit;
    from.shift = to.shift;
    from.whole = to.whole;
  }
  if (from.weekday != kUnset && to.weekday != kUnset && to.shifted && !from.shifted &&
      to.unit == Grain::week) {
    from.shifted = true;
    from.unit = to.unit;
    from.shift = to.shift;
    from.whole = to.whole;
  }
  if (from.shifted && from.whole && from.weekday != kUnset && to.weekday != kUnset && !to.shifted &&
      !to.has_clock()) {  // "del lunes que viene al viernes": of the same week
    to.shifted = from.shifted;
    to.unit = from.unit;
    to.shift = from.shift;
    to.whole = from.whole;
  }
  share_half(from, to);
  if (from.has_clock() && to.has_clock()) carry_past_noon(from, to);
}

bool pair(const When& from, const When& to, Meaning& made) {
  // "Twenty to eight pm" is a time, not from 20:00 to 20:00.
  if (from.has_clock() && !from.either_half && !from.has_date() && from == to) return false;
  made.when = from;
  made.until = to;
  made.has_until = true;
  share(made.when, made.until);
  return true;
}

}  // namespace

/// Each moment is one capture and the minutes and seconds that follow it; what was only looked at
/// does not count.
bool from_to(Captures captures, Meaning& made) {
  const auto moment_at = [&](std::size_t at) {
    std::size_t end = at + 1;
    while (end < captures.size() &&
           (captures[end].role == Role::minute || captures[end].role == Role::second))
      ++end;
    return captures.subspan(at, end - at);
  };
  const Captures first = moment_at(0), second = moment_at(first.size());
  if (first.size() == 1 && second.size() == 1)
    return pair(moment(first[0]), moment(second[0]), made);
  Meaning from, to;
  return together(first, from) && together(second, to) && pair(from.when, to.when, made);
}

bool onward_to(Captures captures, Meaning& made) {
  const When& first = captures.front().meaning->when;
  const bool looks_back = first.turn == Turn::last || (first.shifted && first.shift < 0);
  return !looks_back && from_to(captures, made);
}

bool from_to_of_24_hours(Captures captures, Meaning& made) {
  if (!from_to(captures, made)) return false;
  made.when.of_24_hours = made.until.of_24_hours = true;
  return true;
}

bool first_to_last(Captures captures, Meaning& made) {
  const When first = moment(captures.front()), last = moment(captures.back());
  const bool of_one_month = last.month != kUnset && last.weekday == kUnset && !last.has_clock();
  return of_one_month && first.day < last.day && pair(first, last, made);
}

bool on_first_to_last(Captures captures, Meaning& made) {
  const Capture ends[] = {captures.front(), captures[1], captures.back()};
  return captures[1].meaning->number < captures.back().meaning->number && on_from_to(ends, made);
}

bool night_between(Captures captures, Meaning& made) {
  Meaning days;
  if (!from_to(captures.subspan(1), days)) return false;
  made.when = days.when;
  made.when.part = captures.front().meaning->when.part;
  return !made.when.has_clock();
}

bool early_morning(Captures captures, Meaning& made) {
  if (!together(captures, made) || made.when.has_clock() || made.when.part != Part::none)
    return false;
  made.when.part = Part::morning;
  made.when.edge = Edge::start;
  return true;
}

bool from_half_past(Captures captures, Meaning& made) {
  Meaning from;
  return half_past(captures.first(1), from) && pair(from.when, moment(captures[1]), made);
}

bool from_half_to_half(Captures captures, Meaning& made) {
  Meaning from, to;
  return half_past(captures.first(1), from) && half_past(captures.last(1), to) &&
         pair(from.when, to.when, made);
}

bool from_to_in(Captures captures, Meaning& made) {
  const Capture first[] = {captures[0], captures[2]};
  const Capture second[] = {captures[1], captures[2]};
  Meaning from, to;
  return together(first, from) && together(second, to) && pair(from.when, to.when, made);
}

bool on_from_to_in(Captures captures, Meaning& made) {
  const Capture first[] = {captures[0], captures[1], captures[3]};
  const Capture second[] = {captures[0], captures[2], captures[3]};
  Meaning from, to;
  return together(first, from) && together(second, to) && pair(from.when, to.when, made);
}

bool on_from_to(Captures captures, Meaning& made) {
  const Capture first[] = {captures[0], captures[1]};
  const Capture second[] = {captures[0], captures[2]};
  Meaning from, to;
  return together(first, from) && together(second, to) && pair(from.when, to.when, made);
}

bool range_on_day(Captures captures, Meaning& made) {
  for (const Capture& capture : captures)
    if (capture.category == Category::time_range) made = *capture.meaning;
  for (const Capture& capture : captures)
    if (capture.category != Category::time_range)
      if (!merge(made.when, moment(capture)) || !merge(made.until, moment(capture))) return false;
  settle_half(made.when);
  settle_half(made.until);
  share_half(made.when, made.until);
  return true;
}

bool starting(Captures captures, Meaning& made) {
  const auto length = std::ranges::find_if(captures, [](const Capture& capture) {
    return capture.category == Category::duration || capture.category == Category::nights;
  });
  const auto first = std::ranges::find_if(captures, [](const Capture& capture) {
    return capture.category != Category::duration && capture.category != Category::nights;
  });
  if (length == captures.end() || first == captures.end()) return false;
  made.when = moment(*first);
  made.by_length = true;
  made.number = length->meaning->number;
  made.unit = length->category == Category::nights ? Grain::day : length->meaning->unit;
  return true;
}

bool since(Captures captures, Meaning& made) {
  made.when = moment(captures.front());
  return true;
}

bool after(Captures captures, Meaning& made) {
  made.after = true;
  return since(captures, made);
}

bool since_on_day(Captures captures, Meaning& made) { return together(captures, made); }

bool until(Captures captures, Meaning& made) {
  made.has_from = false;
  made.has_until = true;
  made.until = moment(captures.front());
  return true;
}

bool through(Captures captures, Meaning& made) {
  made.through = true;
  return until(captures, made);
}

bool until_on_day(Captures captures, Meaning& made) {
  Meaning all;
  if (!together(captures, all)) return false;
  made.has_from = false;
  made.has_until = true;
  made.until = all.when;
  return true;
}

bool until_now(Captures, Meaning& made) {
  made.has_from = false;
  made.has_until = true;
  made.until = {.shifted = true, .unit = Grain::day};
  return true;
}

namespace {

/// A [duration], or a [number] and its [unit] that other words divide: "los 3 próximos días".
Meaning length_in(Captures captures) {
  if (const Meaning* duration = find(captures, Category::duration)) return *duration;
  const Meaning* number = find(captures, Category::number);
  return {.number = number == nullptr ? kFew : number->number,
          .unit = find(captures, Category::unit)->unit};
}

/// A stretch of that length that begins so many days from today; shorter units count from now.
bool counted_from_now(const Meaning& duration, std::int16_t first_day, Meaning& made) {
  made.by_length = true;
  made.number = duration.number;
  made.unit = duration.unit;
  made.when.shifted = true;
  made.when.unit = duration.unit < Grain::day ? Grain::second : Grain::day;
  made.when.shift = duration.unit < Grain::day ? std::int16_t{0} : first_day;
  return true;
}

}  // namespace

bool coming_units(Captures captures, Meaning& made) {
  return counted_from_now(length_in(captures), 1, made);
}

bool within(Captures captures, Meaning& made) {
  return counted_from_now(length_in(captures), 0, made);
}

bool past_units(Captures captures, Meaning& made) {
  counted_from_now(length_in(captures), 0, made);
  made.number = -made.number;
  return true;
}

bool coming_unit(Captures captures, Meaning& made) {
  const Meaning& unit = *find(captures, Category::unit);
  return unit.unit < Grain::day && counted_from_now({.number = 1, .unit = unit.unit}, 0, made);
}

bool past_unit(Captures captures, Meaning& made) {
  const Meaning& unit = *find(captures, Category::unit);
  return unit.unit < Grain::day && counted_from_now({.number = -1, .unit = unit.unit}, 0, made);
}

bool initial_units(Captures captures, Meaning& made) {
  const Meaning length = length_in(captures);
  const Meaning* whole = find(captures, Category::period);
  made.when = whole->when;
  made.by_length = true;
  made.number = length.number;
  made.unit = length.unit;
  return length.unit >= Grain::day && made.when.edge == Edge::none;
}

bool final_units(Captures captures, Meaning& made) {
  const Meaning duration = length_in(captures);
  for (const Capture& capture : captures)
    if (capture.category == Category::period && !merge(made.when, capture.meaning->when))
      return false;
  made.by_length = made.after = true;
  made.number = -duration.number;
  made.unit = duration.unit;
  return duration.unit >= Grain::day;
}

}  // namespace conserje::nlu::combine
