#include "combine.hpp"

#include <algorithm>
#include <array>

namespace conserje::nlu::combine {
namespace {

template <class Field>
bool fill(Field& field, int value) {
  if (value == kUnset) return true;
  if (field != kUnset && field != value) return false;
  field = static_cast<Field>(value);
  return true;
}

constexpr int kDaysOfMonth[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

bool exists(const When& when) {
  return when.month == kUnset || when.day == kUnset || when.day <= kDaysOfMonth[when.month - 1];
}

bool fill_role(When& when, Role role, double number) {
  const int value = static_cast<int>(number);
  switch (role) {
    case Role::day: return fill(when.day, value);
    case Role::month: return fill(when.month, value);
    case Role::year: return fill(when.year, value);
    case Role::short_year: return fill(when.year, value < 70 ? 2000 + value : 1900 + value);
    case Role::minute: return fill(when.minute, value);
    case Role::second: return fill(when.second, value);
    case Role::hour:
      when.either_half = value >= 1 && value <= 12;
      return fill(when.hour, value == 24 ? 0 : value);
    case Role::count:
    case Role::none: return true;
  }
  return true;
}

/// What a capture says about the moment: an ordinal is a day of the month, a number fills the field
/// of its role.
bool fill_from(When& when, const Capture& capture) {
  const Role role = capture.category == Category::ordinal ? Role::day : capture.role;
  if (role == Role::day && capture.meaning->number > 31) return false;
  return fill_role(when, role, capture.meaning->number);
}

bool merge(When& into, const When& other) {
  if (other.shifted) {
    if (into.shifted) return false;
    into.shifted = true;
    into.unit = other.unit;
    into.shift = other.shift;
    into.whole = other.whole;
  }
  if (other.has_clock()) into.either_half = other.either_half;
  if (other.turn != Turn::open) into.turn = other.turn;
  if (other.holiday != Holiday::none) into.holiday = other.holiday;
  if (other.edge != Edge::none) into.edge = other.edge;
  if (other.nth != 0) into.nth = other.nth;
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

/// "Las 8 de la noche" is 20:00, "las 12 de la noche" is midnight: the part decides, and is then
/// used up.
void settle_half(When& when) {
  if (!when.has_clock() || when.part == Part::none) return;
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

/// The one capture in that role.
Captures with_role(Captures captures, Role role) {
  const auto found = std::ranges::find(captures, role, &Capture::role);
  return {found, found == captures.end() ? found : found + 1};
}

bool clock_before(Captures captures, int minutes, Meaning& made) {
  if (!together(captures, made)) return false;
  When& when = made.when;
  const int total = (when.hour * 60 - minutes + 24 * 60) % (24 * 60);
  when.hour = static_cast<std::int8_t>(total / 60);
  when.minute = static_cast<std::int8_t>(total % 60);
  if (when.either_half && when.hour == 0) when.hour = 12;
  return true;
}

bool clock_after(Captures captures, int minutes, Meaning& made) {
  if (!together(captures, made)) return false;
  made.when.minute = static_cast<std::int8_t>(minutes);
  return true;
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

bool amount(double number, Grain unit, Meaning& made) {
  if (number <= 0 || number > 100000) return false;
  made.number = number;
  made.unit = unit;
  made.seconds = number * seconds_of(unit);
  return true;
}

bool shifted(Grain unit, double number, Meaning& made) {
  // Half a day or half a week is counted in the next finer unit.
  if (number != static_cast<int>(number)) {
    number *= unit == Grain::week ? 7 : unit == Grain::day ? 24 : 60;
    unit = unit == Grain::week ? Grain::day : unit == Grain::day ? Grain::hour : Grain::minute;
  }
  if (number > 30000 || number < -30000) return false;
  made.when.shifted = true;
  made.when.unit = unit;
  made.when.shift = static_cast<std::int16_t>(number);
  return true;
}

bool turned(Captures captures, Turn turn, Meaning& made) {
  if (const Meaning* unit = find(captures, Category::unit)) {
    const int shift = turn == Turn::next ? 1 : turn == Turn::last ? -1 : 0;
    if (!shifted(unit->unit, shift, made)) return false;
    made.when.whole = true;
    Meaning rest;
    std::array<Capture, 8> others{};
    std::size_t count = 0;
    for (const Capture& capture : captures)
      if (capture.category != Category::unit) others[count++] = capture;
    return count == 0 ||
           (together(Captures(others.data(), count), rest) && merge(made.when, rest.when));
  }
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
    days = capture.meaning->seconds / 86400;
  }
  if (days > 3660 || made.when.offset_days != 0) return false;
  made.when.offset_days = static_cast<std::int16_t>(direction * static_cast<int>(days));
  return true;
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
  if (from.has_clock() && to.has_clock() && from.either_half && !to.either_half) {
    // "de 8 a 10 de la noche": both in the evening; "de 10 a 2 de la tarde": the first still in the
    // morning.
    from.either_half = false;
    const int later = from.hour % 12 + 12;
    from.hour = static_cast<std::int8_t>(later <= to.hour ? later : from.hour % 12);
  }
}

bool pair(const When& from, const When& to, Meaning& made) {
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
  const double minutes = plain_number(captures);
  return minutes < 60 &&
         clock_after(with_role(captures, Role::hour), static_cast<int>(minutes), made);
}
bool minutes_to(Captures captures, Meaning& made) {
  const double minutes = plain_number(captures);
  return minutes < 60 &&
         clock_before(with_role(captures, Role::hour), static_cast<int>(minutes), made);
}

bool sharp(Captures captures, Meaning& made) {
  if (!together(captures, made)) return false;
  made.when.either_half = false;
  return true;
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
  if (which == nullptr || which->number < 1 || which->number > 5) return false;
  for (const Capture& capture : captures)
    if (capture.category != Category::ordinal && !merge(made.when, capture.meaning->when))
      return false;
  made.when.nth = static_cast<std::int8_t>(which->number);
  return true;
}

bool final_one(Captures captures, Meaning& made) {
  made.when.nth = -1;
  return std::ranges::all_of(
      captures, [&](const Capture& capture) { return merge(made.when, capture.meaning->when); });
}

bool in_amount(Captures captures, Meaning& made) {
  const Meaning* duration = find(captures, Category::duration);
  if (!shifted(duration->unit, duration->number, made)) return false;
  std::array<Capture, 8> others{};
  std::size_t count = 0;
  for (const Capture& capture : captures)
    if (capture.category != Category::duration) others[count++] = capture;
  Meaning rest;
  return together(Captures(others.data(), count), rest) && merge(made.when, rest.when);
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

bool from_to(Captures captures, Meaning& made) {
  return pair(moment(captures[0]), moment(captures[1]), made);
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

bool until(Captures captures, Meaning& made) {
  made.has_from = false;
  made.has_until = true;
  made.until = moment(captures.front());
  return true;
}

bool coming_units(Captures captures, Meaning& made) {
  const Meaning* duration = find(captures, Category::duration);
  made.by_length = true;
  made.number = duration->number;
  made.unit = duration->unit;
  made.when.shifted = true;
  made.when.unit = duration->unit < Grain::day ? Grain::second : Grain::day;
  made.when.shift = duration->unit < Grain::day ? 0 : 1;
  return true;
}

bool past_units(Captures captures, Meaning& made) {
  coming_units(captures, made);
  made.number = -made.number;
  made.when.shift = 0;
  return true;
}

bool some_units(Captures captures, Meaning& made) {
  return amount(find(captures, Category::number)->number, find(captures, Category::unit)->unit,
                made);
}
bool one_unit(Captures captures, Meaning& made) {
  return amount(1, find(captures, Category::unit)->unit, made);
}
bool two_units(Captures captures, Meaning& made) {
  return amount(2, find(captures, Category::unit)->unit, made);
}
bool half_unit(Captures captures, Meaning& made) {
  return amount(0.5, find(captures, Category::unit)->unit, made);
}
bool one_and_half(Captures captures, Meaning& made) {
  return amount(1.5, find(captures, Category::unit)->unit, made);
}
bool units_and_half(Captures captures, Meaning& made) {
  return amount(find(captures, Category::number)->number + 0.5,
                find(captures, Category::unit)->unit, made);
}

bool plus(Captures captures, Meaning& made) {
  const Meaning& first = *captures[0].meaning;
  const Meaning& second = *captures[1].meaning;
  if (second.unit >= first.unit) return false;
  made.unit = second.unit;
  made.seconds = first.seconds + second.seconds;
  made.number = made.seconds / seconds_of(second.unit);
  return true;
}

bool half_more(Captures captures, Meaning& made) {
  made.number = captures.front().meaning->number + 0.5;
  return true;
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
    if (capture.role != Role::count) continue;
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
  made.children = static_cast<std::uint8_t>(children);
  return children <= 50;
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

bool rooms(Captures captures, Meaning& made) {
  made.number = number_in(captures, Role::count);
  return made.number <= 100;
}

bool amount_of_money(Captures captures, Meaning& made) {
  made.number = find(captures, Category::number)->number;
  made.word = find(captures, Category::currency)->word;
  return true;
}

bool ordinal(Captures captures, Meaning& made) {
  made.number = captures.front().meaning->number;
  return made.number >= 1 && made.number <= 100000;
}

}  // namespace conserje::nlu::combine
