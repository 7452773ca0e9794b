#include <array>
#include <cmath>

#include "combine_shared.hpp"

// Days, weeks, months and feasts: counted from now, the nth of another, a part of one, beside one.
namespace conserje::nlu::combine {
namespace {

constexpr double kMaxShift = 30000;  // of any unit
constexpr double kMaxOffsetDays = 3660;

struct Finer {
  Grain unit;
  double count;  // of them make one
};
Finer finer_than(Grain unit) {
  switch (unit) {
    case Grain::year: return {Grain::month, 12};
    case Grain::month: return {Grain::day, 30};
    case Grain::week:
    case Grain::weekend: return {Grain::day, 7};
    case Grain::day:
    case Grain::part: return {Grain::hour, 24};
    case Grain::hour: return {Grain::minute, 60};
    case Grain::minute: return {Grain::second, 60};
    case Grain::second: break;
  }
  return {Grain::second, 1};
}

bool shifted(Grain unit, double number, Meaning& made) {
  if (std::abs(number) > kMaxShift) return false;
  if (number != std::trunc(number)) {  // Half a week is counted in days.
    const Finer finer = finer_than(unit);
    number = std::round(number * finer.count);
    unit = finer.unit;
  }
  if (std::abs(number) > kMaxShift) return false;
  made.when.shifted = true;
  made.when.unit = unit;
  made.when.shift = static_cast<std::int16_t>(number);
  return true;
}

bool shift_whole(Grain unit, double shift, Meaning& made) {
  made.when.whole = true;
  return shifted(unit, shift, made);
}

/// The captures that are not of `category`, in one moment.
bool merge_others(Captures captures, Category category, Meaning& made) {
  std::array<Capture, 8> others{};
  std::size_t count = 0;
  for (const Capture& capture : captures)
    if (capture.category != category) others[count++] = capture;
  Meaning rest;
  return together(Captures(others.data(), count), rest) && merge(made.when, rest.when);
}

bool shifted_unit(Captures captures, int shift, Meaning& made) {
  const Meaning& unit = *find(captures, Category::unit);
  if (!shifted(unit.unit, shift, made)) return false;
  made.when.whole = unit.unit > Grain::hour;
  made.when.working = unit.when.working;
  made.when.longer = unit.when.longer;
  return merge_others(captures, Category::unit, made) &&
         (unit.unit >= Grain::day || made.when.edge == Edge::none);
}

bool turned(Captures captures, Turn turn, Meaning& made) {
  if (const Meaning* unit = find(captures, Category::unit); unit != nullptr)
    return (turn == Turn::current || unit->unit >= Grain::day) &&
           shifted_unit(captures,
                        turn == Turn::next   ? 1
                        : turn == Turn::last ? -1
                                             : 0,
                        made);
  if (!together(captures, made)) return false;
  made.when.turn = turn;
  return true;
}

/// A moment some days before or after another: the duration's days, or one ("the day after
/// Christmas").
bool days_from(Captures captures, int direction, Meaning& made) {
  double days = 1;
  for (const Capture& capture : captures) {
    if (capture.category != Category::duration) {
      made.when = moment(capture);
      continue;
    }
    if (capture.meaning->unit < Grain::day) return false;
    days = capture.meaning->seconds / seconds_of(Grain::day);
  }
  if (days > kMaxOffsetDays || made.when.offset_days != 0) return false;
  made.when.offset_days = static_cast<std::int16_t>(direction * static_cast<int>(days));
  return true;
}

}  // namespace

bool this_one(Captures captures, Meaning& made) { return turned(captures, Turn::current, made); }
bool next_one(Captures captures, Meaning& made) { return turned(captures, Turn::next, made); }
bool coming_one(Captures captures, Meaning& made) {
  if (!turned(captures, Turn::next, made)) return false;
  if (made.when.weekday != kUnset && !made.when.shifted) made.when.turn = Turn::coming;
  return true;
}
bool last_one(Captures captures, Meaning& made) { return turned(captures, Turn::last, made); }

bool nth(Captures captures, Meaning& made) {
  const Meaning* which = find(captures, Category::ordinal);
  const Meaning* unit = find(captures, Category::unit);
  if (which == nullptr || which->number < -1 || which->number > 53) return false;
  if (unit != nullptr && unit->unit < Grain::day) return false;
  for (const Capture& capture : captures)
    if (capture.category != Category::ordinal && !merge(made.when, moment(capture))) return false;
  made.when.nth = static_cast<std::int8_t>(which->number);
  if (unit != nullptr) made.when.nth_unit = unit->unit;
  return made.when.nth != 0;
}

bool nth_of_unit(Captures captures, Meaning& made) {
  const Meaning& whole = *captures.back().meaning;
  if (whole.unit < Grain::week || !nth(captures.first(captures.size() - 1), made)) return false;
  return shift_whole(whole.unit, 0, made);
}

bool week_number(Captures captures, Meaning& made) {
  for (const Capture& capture : captures)
    if (!merge(made.when, moment(capture))) return false;
  const double number = number_in(captures, Role::week);
  made.when.nth = static_cast<std::int8_t>(number);
  made.when.nth_unit = Grain::week;
  if (made.when.year == kUnset && !made.when.shifted) return shift_whole(Grain::year, 0, made);
  return true;
}

bool final_one(Captures captures, Meaning& made) {
  made.when.nth = -1;
  for (const Capture& capture : captures) {
    if (capture.category == Category::unit) made.when.nth_unit = capture.meaning->unit;
    if (!merge(made.when, moment(capture))) return false;
  }
  return true;
}

bool half_month(Captures captures, Meaning& made) {
  const Meaning* which = find(captures, Category::ordinal);
  if (which->number > 2 || which->number == 0 || which->number < -1) return false;
  if (!merge_others(captures, Category::ordinal, made)) return false;
  made.when.edge = which->number == 1 ? Edge::first_half : Edge::second_half;
  return true;
}

namespace {

bool spanning(Captures captures, Span span, Meaning& made) {
  if (!together(captures, made)) return false;
  made.when.span = span;
  return !made.when.has_clock();
}

bool at_edge(Captures captures, Edge edge, Meaning& made) {
  if (!together(captures, made) || made.when.edge != Edge::none) return false;
  made.when.edge = edge;
  return true;
}

}  // namespace

bool week_of(Captures captures, Meaning& made) { return spanning(captures, Span::week, made); }
bool weekend_of(Captures captures, Meaning& made) {
  return spanning(captures, Span::weekend, made);
}

bool weekend_of_first(Captures captures, Meaning& made) {
  return weekend_of(captures.first(2), made);
}

bool weekend_of_last(Captures captures, Meaning& made) {
  return captures.back().meaning->when.day != kUnset && weekend_of(captures.last(1), made);
}

bool early(Captures captures, Meaning& made) { return at_edge(captures, Edge::start, made); }
bool amid(Captures captures, Meaning& made) { return at_edge(captures, Edge::middle, made); }
bool ending(Captures captures, Meaning& made) { return at_edge(captures, Edge::end, made); }
bool later_in(Captures captures, Meaning& made) { return at_edge(captures, Edge::later, made); }
bool rest_of(Captures captures, Meaning& made) {
  return this_one(captures, made) && (made.when.edge = Edge::rest, true);
}
bool end_of_unit(Captures captures, Meaning& made) {
  return this_one(captures, made) && (made.when.edge = Edge::end, true);
}
bool start_of_unit(Captures captures, Meaning& made) {
  return this_one(captures, made) && (made.when.edge = Edge::start, true);
}
bool middle_of_unit(Captures captures, Meaning& made) {
  return this_one(captures, made) && (made.when.edge = Edge::middle, true);
}
bool current_unit(Captures captures, Meaning& made) {
  return find(captures, Category::unit)->unit >= Grain::week && this_one(captures, made);
}
bool today(Captures, Meaning& made) { return shifted(Grain::day, 0, made); }
bool later_in_unit(Captures captures, Meaning& made) {
  return this_one(captures, made) && (made.when.edge = Edge::later, true);
}
bool weekday_after_next(Captures captures, Meaning& made) {
  made.when = find(captures, Category::weekday)->when;
  made.when.turn = Turn::coming;
  made.when.offset_days = 7;
  return true;
}
bool this_weekend(Captures, Meaning& made) { return shift_whole(Grain::weekend, 0, made); }
bool inside(Captures captures, Meaning& made) {
  if (!together(captures, made)) return false;
  const When& when = made.when;
  return when.shifted ? when.unit >= Grain::month && when.whole : when.weekday == kUnset;
}
bool one_after_next(Captures captures, Meaning& made) { return shifted_unit(captures, 2, made); }

namespace {

/// A weekday beside the day that another capture says.
bool weekday_beside(Captures captures, Beside beside, Meaning& made) {
  const Meaning& weekday = *find(captures, Category::weekday);
  made.when = captures.back().meaning->when;
  if (made.when.weekday != kUnset || made.when.beside != Beside::itself) return false;
  made.when.weekday = weekday.when.weekday;
  made.when.beside = beside;
  return true;
}

/// The week or weekend beside a day.
bool unit_beside(Captures captures, Beside beside, Meaning& made) {
  const Grain unit = find(captures, Category::unit)->unit;
  made.when = captures.back().meaning->when;
  if (made.when.beside != Beside::itself || (unit != Grain::week && unit != Grain::weekend))
    return false;
  made.when.span = unit == Grain::week ? Span::week : Span::weekend;
  made.when.beside = beside;
  return true;
}

}  // namespace

bool weekday_before(Captures captures, Meaning& made) {
  return weekday_beside(captures, Beside::before, made);
}
bool weekday_after(Captures captures, Meaning& made) {
  return weekday_beside(captures, Beside::after, made);
}
bool unit_before(Captures captures, Meaning& made) {
  return unit_beside(captures, Beside::before, made);
}
bool unit_after(Captures captures, Meaning& made) {
  return unit_beside(captures, Beside::after, made);
}

bool weekdays_ahead(Captures captures, Meaning& made) {
  const double count = number_in(captures, Role::count);
  made.when = find(captures, Category::weekday)->when;
  made.when.turn = Turn::coming;
  if (count < 1 || count > 52) return false;
  made.when.offset_days = static_cast<std::int16_t>(7 * (count - 1));
  return true;
}

bool weekdays_back(Captures captures, Meaning& made) {
  const double count = number_in(captures, Role::count);
  made.when = find(captures, Category::weekday)->when;
  made.when.turn = Turn::last;
  if (count < 1 || count > 52) return false;
  made.when.offset_days = static_cast<std::int16_t>(-7 * (count - 1));
  return true;
}

bool in_amount(Captures captures, Meaning& made) {
  const Meaning* duration = find(captures, Category::duration);
  if (!shifted(duration->unit, duration->number, made)) return false;
  made.when.working = duration->when.working;
  return merge_others(captures, Category::duration, made);
}
bool its_weekday(Captures captures, Meaning& made) {
  made.when = find(captures, Category::weekday)->when;
  return find(captures, Category::duration)->unit >= Grain::day;
}
bool days_after(Captures captures, Meaning& made) { return days_from(captures, 1, made); }
bool days_before(Captures captures, Meaning& made) { return days_from(captures, -1, made); }
bool amount_ago(Captures captures, Meaning& made) {
  const Meaning* duration = find(captures, Category::duration);
  return shifted(duration->unit, -duration->number, made);
}
bool in_one(Captures captures, Meaning& made) {
  return shifted(find(captures, Category::unit)->unit, 1, made);
}
bool one_ago(Captures captures, Meaning& made) {
  return shifted(find(captures, Category::unit)->unit, -1, made);
}

}  // namespace conserje::nlu::combine
