#include <algorithm>
#include <cmath>
#include <string_view>

#include "combine_shared.hpp"

// Durations and numbers, and what is counted: nights, guests, rooms, money.
namespace conserje::nlu::combine {

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

namespace {

constexpr double kLeastPart = 0.01;                // "two and a hundredth"
constexpr double kMaxSeconds = 1e3 * 365 * 86400;  // A thousand years are no stay.

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

}  // namespace

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
bool units_and_quarter(Captures captures, Meaning& made) {
  const Meaning* number = find(captures, Category::number);
  return amount_of_unit(captures, (number == nullptr ? 1 : number->number) + 0.25, made);
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

/// What a half after it is half of: a million in "dos millones y medio", else one.
double scale_of(double number) {
  double scale = 1;
  while (number >= 1e6 && std::fmod(number, scale * 1000) == 0) scale *= 1000;
  return scale < 1e6 ? 1 : scale;
}

/// 0.1578 for 1578.
double as_decimals(double number) {
  while (number >= 1) number /= 10;
  return number;
}

}  // namespace

bool half_more(Captures captures, Meaning& made) {
  const double number = first_number(captures);
  return made_number(number + 0.5 * scale_of(number), made);
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
bool fraction_of_sum(Captures captures, Meaning& made) {
  const double tens = captures[1].meaning->number, ones = last_number(captures);
  const bool in_words = tens >= 20 && tens < 100 && std::fmod(tens, 10) == 0 && ones < 10;
  return in_words && made_number(first_number(captures) / (tens + ones), made);
}
bool twofold(Captures captures, Meaning& made) {
  return made_number(2 * last_number(captures), made);
}
bool mixed(Captures captures, Meaning& made) {
  const double whole = first_number(captures), rest = last_number(captures);
  if (rest < kLeastPart || rest >= 2 || rest == 1 || whole < 1 || whole != std::floor(whole))
    return false;
  return made_number(whole + rest * (rest < 1 ? scale_of(whole) : 1), made);
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
bool fraction_of_multiplier(Captures captures, Meaning& made) {
  const Captures parts = captures.first(2);
  return first_number(parts) < last_number(parts) && fraction(parts, made) &&
         made_number(made.number * last_number(captures), made);
}
bool from_the_end(Captures captures, Meaning& made) {
  constexpr double kFarthest = 10;
  const double number = first_number(captures);
  return number >= 2 && number <= kFarthest && made_number(-number, made);
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

bool one_night(Captures, Meaning& made) {
  made.number = 1;
  return true;
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

namespace {

constexpr double kMaxChildren = 50;
constexpr double kMaxFigures = 20;  // "2+1" are guests, "100+20" are not.

}  // namespace

bool only_children(Captures captures, Meaning& made) {
  const double children = number_in(captures, Role::count);
  if (children > kMaxChildren) return false;
  made.children = static_cast<std::uint8_t>(children);
  return true;
}

bool add_children(Captures captures, Meaning& made) {
  made = *find(captures, Category::party_size);
  const double children = number_in(captures, Role::count);
  const double all = made.children + (children == kUnset ? 1 : children);
  if (all > kMaxChildren) return false;
  made.children = static_cast<std::uint8_t>(all);
  return true;
}

bool adults_or_party(Captures captures, Meaning& made) {
  const Meaning* party = find(captures, Category::party_size);
  return party == nullptr ? adults(captures, made) : (made = *party, true);
}

bool couples(Captures captures, Meaning& made) {
  made.number = 2 * number_in(captures, Role::count);
  return made.number <= 200;
}

bool couple_with(Captures captures, Meaning& made) {
  const double children = number_in(captures, Role::count);
  if (children > kMaxChildren) return false;
  made.number = 2;
  made.children = static_cast<std::uint8_t>(children == kUnset ? 1 : children);
  return true;
}

bool and_self(Captures captures, Meaning& made) {
  made.number = number_in(captures, Role::count) + 1;
  return made.number <= kMaxChildren;
}

bool both_parties(Captures captures, Meaning& made) {
  const Meaning &first = *captures.front().meaning, &second = *captures.back().meaning;
  if (first.number == 0 || second.number == 0 || first.children + second.children > kMaxChildren)
    return false;
  made.number = first.number + second.number;
  made.children = static_cast<std::uint8_t>(first.children + second.children);
  return true;
}

bool spelled_out(Captures captures, Meaning& made) {
  const Meaning& total = *captures.front().meaning;
  made = *captures.back().meaning;
  const bool both = made.number > 0 && made.children > 0;
  return both && total.children == 0 && total.number == made.number + made.children;
}

bool with_ages(Captures captures, Meaning& made) {
  made = *find(captures, Category::party_size);
  return made.children > 0;
}

bool plus_children(Captures captures, Meaning& made) {
  const double children = captures[1].meaning->number;
  made.number = captures[0].meaning->number;
  if (made.number > kMaxFigures || children > kMaxFigures) return false;
  made.children = static_cast<std::uint8_t>(children);
  return true;
}

bool of_whom_children(Captures captures, Meaning& made) {
  made = *find(captures, Category::party_size);
  const double children = number_in(captures, Role::count);
  if (made.children != 0 || children >= made.number) return false;
  made.number -= children;
  made.children = static_cast<std::uint8_t>(children);
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
bool two_rooms(Captures, Meaning& made) {
  made.number = 2;
  return true;
}

namespace {

constexpr double kMaxCompanions = 50;

/// Who was named, added up: [relative]s, [children] and [companions], each after its [count] or
/// one.
bool add_companions(Captures captures, Meaning& made) {
  double count = kUnset;
  for (const Capture& capture : captures) {
    const Meaning& said = *capture.meaning;
    if (capture.role == Role::count) {
      count = said.number;
      continue;
    }
    if (capture.category == Category::number) continue;  // how old they are
    const bool children = capture.category == Category::child_word;
    const bool relatives = capture.category == Category::relative;
    const double named = count == kUnset || !(children || relatives) ? said.number : count;
    if (named > kMaxCompanions || (named < 1 && said.children == 0)) return false;
    if (children)
      made.children = static_cast<std::uint8_t>(made.children + static_cast<int>(named));
    else
      made.number += named;
    made.children = static_cast<std::uint8_t>(made.children + said.children);
    count = kUnset;
  }
  return made.number <= kMaxCompanions && made.children <= kMaxCompanions;
}

}  // namespace

bool companions(Captures captures, Meaning& made) { return add_companions(captures, made); }
bool with_companions(Captures captures, Meaning& made) {
  made.number = 1;
  return add_companions(captures, made);
}

bool family(Captures captures, Meaning& made) {
  const Meaning& said = *find(captures, Category::companions);
  return said.number > 0 && said.children > 0 && with_companions(captures, made);
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

bool aside(Captures, Meaning&) { return true; }

bool denial(Captures captures, Meaning& made) {
  made.word = find(captures, Category::yes_no)->word;
  return std::string_view(made.word) == "no";
}

bool ordinal(Captures captures, Meaning& made) {
  made.number = captures.front().meaning->number;
  return made.number >= 1 && made.number <= 100000;
}

}  // namespace conserje::nlu::combine
