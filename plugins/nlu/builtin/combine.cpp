#include "combine.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "combine_shared.hpp"

// How captures become one moment, and clock times.
namespace conserje::nlu::combine {

namespace {

bool is_late(Part part) {
  return part == Part::afternoon || part == Part::evening || part == Part::night;
}

}  // namespace

void settle_half(When& when) {
  if (!when.has_clock() || when.part == Part::none) return;
  if (when.hour == 0 && when.part != Part::dawn && when.part != Part::night) when.hour = 12;
  if (when.either_half) {
    const bool early =
        when.part == Part::dawn || when.part == Part::morning || when.part == Part::first_thing;
    const bool midnight = when.hour == 12 && (when.part == Part::night || early);
    const bool after_midnight = when.part == Part::night && when.hour < 5;
    const bool after_noon = when.part == Part::midday && when.hour > 9 && when.hour < 12;
    if (midnight && when.part != Part::morning)
      when.hour = 0;
    else if (!early && !after_midnight && !after_noon && when.hour < 12)
      when.hour = static_cast<std::int8_t>(when.hour + 12);
    when.either_half = false;
  } else if (when.of_24_hours && is_late(when.part) && when.hour >= 5 && when.hour < 12) {
    when.hour = static_cast<std::int8_t>(when.hour + 12);  // "hoje à noite às 8h45"
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

}  // namespace

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
  if (other.has_clock()) into.either_half = other.either_half, into.of_24_hours = other.of_24_hours;
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

namespace {

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

}  // namespace

bool beside_meal(Captures captures, Meaning& made) {
  std::array<Capture, 8> rest{};
  std::size_t count = 0;
  for (const Capture& capture : captures)
    if (capture.category != Category::meal) rest[count++] = capture;
  return together(Captures(rest.data(), count), made);
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
  made.when.of_24_hours = true;
  return true;
}
bool of_24_hours(Captures captures, Meaning& made) {
  if (!together(captures, made)) return false;
  made.when.of_24_hours = true;
  return true;
}
bool in_four_digits(Captures captures, Meaning& made) {
  constexpr double kLeast = 1000;  // "At 305" is a room.
  return number_in(captures, Role::hour_minute) >= kLeast && sharp(captures, made);
}

bool of_two_clocks(Captures captures, Meaning&) {
  constexpr double kNoon = 12;
  return captures.front().meaning->number <= kNoon && captures.back().meaning->number > kNoon;
}

bool of_morning(Captures captures, Meaning& made) {
  const Meaning morning{.when = {.part = Part::morning}};
  return with_part(captures, morning, made);
}
bool of_evening(Captures captures, Meaning& made) {
  const Meaning evening{.when = {.part = Part::evening}};
  return with_part(captures, evening, made);
}

}  // namespace conserje::nlu::combine
