#include "combine.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace conserje::nlu::combine {

void settle_half(When& when) {
  if (!when.has_clock() || when.part == Part::none) return;
  if (when.hour == 0 && when.part != Part::dawn && when.part != Part::night) when.hour = 12;
  if (when.either_half) {
    const bool early = when.part == Part::dawn || when.part == Part::morning;
    const bool midnight = when.hour == 12 && (when.part == Part::night || early);
    const bool after_midnight = when.part == Part::night && when.hour < 5;
    const bool after_noon = when.part == Part::midday && when.hour > 9 && when.hour < 12;
    if (midnight && when.part != Part::morning)
      when.hour = 0;
    else if (!early && !after_midnight && !after_noon && when.hour < 12)
      when.hour = static_cast<std::int8_t>(when.hour + 12);
    when.either_half = false;
  }
  when.part = Part::none;
}

namespace {

template <class Field>
bool fill(Field& field, int value) {
  if (value == kUnset) return true;
  if (field != kUnset && field != value) return false;
  field = static_cast<Field>(value);
  return true;
}

constexpr double kLeastPart = 0.01;                // "two and a hundredth"
constexpr double kFew = 3;                         // "unos días"
constexpr double kMaxSeconds = 1e3 * 365 * 86400;  // A thousand years are no stay.
constexpr double kMaxShift = 30000;                // of any unit
constexpr double kMaxOffsetDays = 3660;
constexpr int kDaysOfMonth[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool exists(const When& when) {
  return when.month == kUnset || when.day == kUnset || when.day <= kDaysOfMonth[when.month - 1];
}

bool fill_role(When& when, Role role, double number) {
  const int value = static_cast<int>(number);
  switch (role) {
    case Role::day:
    case Role::figure: return fill(when.day, value);
    case Role::month: return fill(when.month, value);
    case Role::year: return fill(when.year, value);
    case Role::short_year: return fill(when.year, value < 70 ? 2000 + value : 1900 + value);
    case Role::hour_minute:
      when.either_half = value / 100 >= 1 && value / 100 <= 12;
      return value % 100 < 60 && fill(when.hour, value / 100) && fill(when.minute, value % 100);
    case Role::minute: return fill(when.minute, value);
    case Role::second: return fill(when.second, value);
    case Role::hour:
      when.either_half = value >= 1 && value <= 12;
      return fill(when.hour, value == 24 ? 0 : value);
    case Role::week:
    case Role::count:
    case Role::many:
    case Role::none: return true;
  }
  return true;
}

/// What a capture says about the moment: an ordinal is a day of the month, a number fills the field
/// of its role.
bool fill_from(When& when, const Capture& capture) {
  const Role role = capture.category == Category::ordinal ? Role::day : capture.role;
  const double number = capture.meaning->number;
  if (role == Role::day && (number < 1 || number > 31)) return false;
  return fill_role(when, role, capture.meaning->number);
}

bool merge(When& into, const When& other) {
  if (other.shifted) {
    if (into.shifted) return false;
    into.shifted = true;
    into.unit = other.unit;
    into.shift = other.shift;
    into.whole = other.whole;
    into.longer |= other.longer;
  }
  into.working |= other.working;
  if (other.span != Span::itself) into.span = other.span;
  if (other.beside != Beside::itself) into.beside = other.beside;
  if (other.has_clock()) into.either_half = other.either_half;
  if (other.turn != Turn::open) into.turn = other.turn;
  if (other.holiday != Holiday::none) into.holiday = other.holiday;
  if (other.edge != Edge::none) into.edge = other.edge;
  if (other.nth != 0) into.nth = other.nth, into.nth_unit = other.nth_unit;
  if (other.offset_days != 0) into.offset_days = other.offset_days;
  if (other.part != Part::none) {
    if (into.part != Part::none && into.part != other.part) return false;
    into.part = other.part;
  }
  return fill(into.year, other.year) && fill(into.month, other.month) &&
         fill(into.day, other.day) && fill(into.weekday, other.weekday) &&
         fill(into.hour, other.hour) && fill(into.minute, other.minute) &&
         fill(into.second, other.second);
}

When moment(const Capture& capture) {
  When when = capture.meaning->when;
  fill_from(when, capture);
  return when;
}

const Meaning* find(Captures captures, Category category) {
  const auto found = std::ranges::find(captures, category, &Capture::category);
  return found == captures.end() ? nullptr : found->meaning;
}

double number_in(Captures captures, Role role) {
  const auto found = std::ranges::find(captures, role, &Capture::role);
  return found == captures.end() ? kUnset : found->meaning->number;
}

/// The number that has no role: the minutes of "8 menos 5".
double plain_number(Captures captures) {
  const auto found = std::ranges::find_if(captures, [](const Capture& capture) {
    return capture.category == Category::number && capture.role == Role::none;
  });
  return found == captures.end() ? kUnset : found->meaning->number;
}

bool clock_before(Captures captures, int minutes, Meaning& made) {
  constexpr int kDay = 24 * 60;
  if (!together(captures, made)) return false;
  When& when = made.when;
  const int said = when.minute == kUnset ? 0 : when.minute;
  const int total = (when.hour * 60 + said - minutes + kDay) % kDay;
  when.hour = static_cast<std::int8_t>(total / 60);
  when.minute = static_cast<std::int8_t>(total % 60);
  if (when.either_half && when.hour == 0) when.hour = 12;
  return true;
}

bool clock_after(Captures captures, int minutes, Meaning& made) {
  if (!together(captures, made) || made.when.minute != kUnset) return false;
  made.when.minute = static_cast<std::int8_t>(minutes);
  return true;
}

bool with_part(Captures captures, const Meaning& part, Meaning& made) {
  if (!together(captures, made)) return false;
  made.when.part = part.when.part;
  settle_half(made.when);
  return true;
}

/// The captures without the number that has no role: "[number] para las [hour]".
template <class Shift>
bool clock_by_number(Captures captures, Shift shift, Meaning& made) {
  const double minutes = plain_number(captures);
  if (minutes < 0 || minutes >= 60 || minutes != std::floor(minutes)) return false;
  std::array<Capture, 8> clock{};
  std::size_t count = 0;
  for (const Capture& capture : captures)
    if (capture.category != Category::number || capture.role != Role::none)
      clock[count++] = capture;
  return shift(Captures(clock.data(), count), static_cast<int>(minutes), made);
}

double seconds_of(Grain unit) {
  switch (unit) {
    case Grain::second: return 1;
    case Grain::minute: return 60;
    case Grain::hour: return 3600;
    case Grain::part:
    case Grain::day: return 86400;
    case Grain::weekend: return 2 * 86400;
    case Grain::week: return 7 * 86400;
    case Grain::month: return 30 * 86400;
    case Grain::year: return 365 * 86400;
  }
  return 0;
}

bool amount(double number, const Meaning& unit, Meaning& made) {
  const double seconds = number * seconds_of(unit.unit);
  if (number <= 0 || seconds > kMaxSeconds) return false;
  made.number = number;
  made.unit = unit.unit;
  made.seconds = seconds;
  made.when.working = unit.when.working;
  return true;
}

bool amount_of_unit(Captures captures, double number, Meaning& made) {
  return amount(number, *find(captures, Category::unit), made);
}

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

bool together(Captures captures, Meaning& made) {
  for (const Capture& capture : captures) {
    if (!merge(made.when, capture.meaning->when)) return false;
    if (!fill_from(made.when, capture)) return false;
  }
  settle_half(made.when);
  return exists(made.when);
}

bool same(Captures captures, Meaning& made) {
  made = *captures.front().meaning;
  return true;
}

bool quarter_past(Captures captures, Meaning& made) { return clock_after(captures, 15, made); }
bool half_past(Captures captures, Meaning& made) { return clock_after(captures, 30, made); }
bool half_to(Captures captures, Meaning& made) { return clock_before(captures, 30, made); }
bool quarter_to(Captures captures, Meaning& made) { return clock_before(captures, 15, made); }

bool minutes_past(Captures captures, Meaning& made) {
  return clock_by_number(captures, clock_after, made);
}
bool minutes_to(Captures captures, Meaning& made) {
  return clock_by_number(captures, clock_before, made);
}

bool round_minutes_to(Captures captures, Meaning& made) {
  const double minutes = plain_number(captures);
  const bool said_so = minutes > 12 || std::fmod(minutes, 5) == 0;  // "9 to 5" is a day's work.
  return said_so && minutes_to(captures, made);
}

bool sharp(Captures captures, Meaning& made) {
  if (!together(captures, made)) return false;
  made.when.either_half = false;
  return true;
}

bool of_morning(Captures captures, Meaning& made) {
  const Meaning morning{.when = {.part = Part::morning}};
  return with_part(captures, morning, made);
}
bool of_evening(Captures captures, Meaning& made) {
  const Meaning evening{.when = {.part = Part::evening}};
  return with_part(captures, evening, made);
}

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

bool some_units(Captures captures, Meaning& made) {
  return amount_of_unit(captures, find(captures, Category::number)->number, made);
}
bool one_unit(Captures captures, Meaning& made) { return amount_of_unit(captures, 1, made); }
bool two_units(Captures captures, Meaning& made) { return amount_of_unit(captures, 2, made); }
bool part_of_unit(Captures captures, Meaning& made) {
  const double number = find(captures, Category::number)->number;
  return number < 1 && amount_of_unit(captures, number, made);
}
bool few_units(Captures captures, Meaning& made) { return amount_of_unit(captures, kFew, made); }
bool half_unit(Captures captures, Meaning& made) { return amount_of_unit(captures, 0.5, made); }
bool one_and_half(Captures captures, Meaning& made) { return amount_of_unit(captures, 1.5, made); }
bool units_and_half(Captures captures, Meaning& made) {
  return amount_of_unit(captures, find(captures, Category::number)->number + 0.5, made);
}

bool plus(Captures captures, Meaning& made) {
  const Meaning& first = *captures[0].meaning;
  const Meaning& second = *captures[1].meaning;
  if (second.unit == first.unit) return false;
  made.unit = std::min(first.unit, second.unit);
  made.seconds = first.seconds + second.seconds;
  if (made.seconds > kMaxSeconds) return false;
  made.number = made.seconds / seconds_of(made.unit);
  return true;
}

namespace {

double first_number(Captures captures) { return captures.front().meaning->number; }
double last_number(Captures captures) { return captures.back().meaning->number; }

bool made_number(double value, Meaning& made) {
  made.number = value;
  return std::isfinite(value);
}

/// 0.1578 for 1578.
double as_decimals(double number) {
  while (number >= 1) number /= 10;
  return number;
}

}  // namespace

bool half_more(Captures captures, Meaning& made) {
  const double number = first_number(captures);
  double scale = 1;  // "dos millones y medio"
  while (number >= 1e6 && std::fmod(number, scale * 1000) == 0) scale *= 1000;
  return made_number(number + 0.5 * (scale < 1e6 ? 1 : scale), made);
}
bool fraction(Captures captures, Meaning& made) {
  return last_number(captures) >= 2 &&
         made_number(first_number(captures) / last_number(captures), made);
}
bool one_part(Captures captures, Meaning& made) {
  return made_number(1 / last_number(captures), made);
}
bool half_of_number(Captures captures, Meaning& made) {
  return last_number(captures) >= 1000 && made_number(last_number(captures) / 2, made);
}
bool quarter_of_number(Captures captures, Meaning& made) {
  return last_number(captures) >= 1000 && made_number(last_number(captures) / 4, made);
}
bool proper_fraction(Captures captures, Meaning& made) {
  return first_number(captures) < last_number(captures) && fraction(captures, made);
}
bool fraction_of_product(Captures captures, Meaning& made) {
  const double denominator = captures[1].meaning->number * last_number(captures);
  return last_number(captures) >= 1000 && made_number(first_number(captures) / denominator, made);
}
bool mixed(Captures captures, Meaning& made) {
  const double whole = first_number(captures), rest = last_number(captures);
  if (rest < kLeastPart || rest >= 2 || rest == 1 || whole < 1 || whole != std::floor(whole))
    return false;
  return made_number(whole + rest, made);
}
bool decimals(Captures captures, Meaning& made) {
  return made_number(first_number(captures) + as_decimals(last_number(captures)), made);
}
bool only_decimals(Captures captures, Meaning& made) {
  return made_number(as_decimals(first_number(captures)), made);
}
bool spelled_decimals(Captures captures, Meaning& made) {
  double value = first_number(captures), place = 0.1;
  for (const Capture& capture : captures.subspan(1)) {
    if (capture.meaning->number >= 10) return false;
    value += place * capture.meaning->number;
    place /= 10;
  }
  return made_number(value, made);
}
bool decimals_after_zero(Captures captures, Meaning& made) {
  return made_number(first_number(captures) + as_decimals(last_number(captures)) / 10, made);
}
bool scaled(Captures captures, Meaning& made) {
  return made_number(first_number(captures) * last_number(captures), made);
}
bool part_of_multiplier(Captures captures, Meaning& made) {
  const double part = first_number(captures);
  return part != std::floor(part) && scaled(captures, made);
}
bool negative(Captures captures, Meaning& made) {
  return first_number(captures) > 0 && made_number(-first_number(captures), made);
}
bool to_the_power(Captures captures, Meaning& made) {
  return made_number(std::pow(first_number(captures), last_number(captures)), made);
}
bool to_minus_the_power(Captures captures, Meaning& made) {
  return made_number(std::pow(first_number(captures), -last_number(captures)), made);
}
bool tenfold(Captures captures, Meaning& made) {
  return made_number(first_number(captures) * std::pow(10, last_number(captures)), made);
}
bool tenth_part(Captures captures, Meaning& made) {
  return made_number(first_number(captures) * std::pow(10, -last_number(captures)), made);
}

bool some_nights(Captures captures, Meaning& made) {
  made.number = number_in(captures, Role::count);
  return made.number <= 366;
}

bool two_nights(Captures, Meaning& made) {
  made.number = 2;
  return true;
}

bool adults(Captures captures, Meaning& made) {
  int seen = 0;
  for (const Capture& capture : captures) {
    if (capture.role != Role::count && capture.role != Role::many) continue;
    if (capture.meaning->number > 200) return false;
    if (seen++ == 0)
      made.number = capture.meaning->number;
    else
      made.children = static_cast<std::uint8_t>(capture.meaning->number);
  }
  return seen > 0;
}

bool only_children(Captures captures, Meaning& made) {
  const double children = number_in(captures, Role::count);
  if (children > 50) return false;
  made.children = static_cast<std::uint8_t>(children);
  return true;
}

bool add_children(Captures captures, Meaning& made) {
  made = *find(captures, Category::party_size);
  const double children = number_in(captures, Role::count);
  if (made.children != 0 || children > 50) return false;
  made.children = static_cast<std::uint8_t>(children == kUnset ? 1 : children);
  return true;
}

bool one_adult(Captures, Meaning& made) {
  made.number = 1;
  return true;
}
bool two_adults(Captures, Meaning& made) {
  made.number = 2;
  return true;
}

bool one_room(Captures, Meaning& made) {
  made.number = 1;
  return true;
}

bool add_self(Captures captures, Meaning& made) {
  made = *find(captures, Category::party_size);
  return made.number++ == 0;
}

bool adult_with_child(Captures, Meaning& made) {
  made.number = made.children = 1;
  return true;
}

bool two_children(Captures, Meaning& made) {
  made.children = 2;
  return true;
}

bool rooms(Captures captures, Meaning& made) {
  made.number = number_in(captures, Role::count);
  return made.number <= 100;
}

bool amount_of_money(Captures captures, Meaning& made) {
  made.number = find(captures, Category::number)->number;
  made.word = find(captures, Category::currency)->word;
  return made.number >= 0 && std::isfinite(made.number);
}

bool denial(Captures captures, Meaning& made) {
  made.word = find(captures, Category::yes_no)->word;
  return std::string_view(made.word) == "no";
}

bool ordinal(Captures captures, Meaning& made) {
  made.number = captures.front().meaning->number;
  return made.number >= 1 && made.number <= 100000;
}

}  // namespace conserje::nlu::combine
