#pragma once

#include <cstdint>
#include <string>

namespace conserje::nlu {

enum class Language : std::uint8_t { es, en, pt };
constexpr int kLanguages = 3;

/// What a stretch of tokens may be.
enum class Category : std::uint8_t {
  // words
  numeral,
  multiplier,
  denominator,
  suffix,
  unit,
  weekday,
  short_weekday,
  month,
  plain_month,
  day_word,
  part,
  part_noun,
  part_today,
  half,
  holiday,
  edge,
  coming,
  past,
  few,
  meal,
  table,
  guest_word,
  child_word,
  relative,
  room_word,
  night_word,
  currency,
  name_cue,
  name_hint,
  code_cue,
  filler,
  // composed
  number,
  ordinal,
  clock,
  day_part,
  time_range,
  date,
  period,
  datetime,
  range,
  duration,
  nights,
  companions,  // who comes along, without the one who writes
  party_size,
  rooms,
  room_type,
  area,
  money,
  yes_no,
  // scanned, not composed
  person_name,
  phone,
  email,
  code,
  // Reads like an entity and is none: an age, "segunda via". It only keeps its words to itself.
  aside,
};
constexpr int kCategories = static_cast<int>(Category::aside) + 1;

/// How exact a moment is, finest first.
enum class Grain : std::uint8_t { second, minute, hour, part, day, weekend, week, month, year };

/// A stretch of the day; the hours stand in calendar.cpp.
enum class Part : std::uint8_t {
  none,
  dawn,
  morning,
  midday,
  afternoon,
  evening,
  night,
  working,
  first_thing,  // "a primera hora"
  after_lunch,
  mid_afternoon,
  after_work
};

enum class Holiday : std::uint8_t {
  none,
  new_year,
  epiphany,
  valentine,
  easter,
  good_friday,
  holy_week,
  carnival,
  halloween,
  christmas_eve,
  christmas,
  new_years_eve,
  spring,
  summer,
  autumn,
  winter,
  eid_al_fitr,
  eid_al_adha,
  ramadan
};

/// Which part of a period: "a fines de mayo" is the end of May. `later` is an end that has not gone
/// by: "later this week"; `rest` runs from now to the end; the halves are those of "la primera
/// quincena".
enum class Edge : std::uint8_t { none, start, middle, end, later, rest, first_half, second_half };

/// Before or after the day that the rest says: "el lunes antes de navidad".
enum class Beside : std::uint8_t { itself, before, after };

/// What a day stands for: itself, or the week or weekend around it ("la semana del 18").
enum class Span : std::uint8_t { itself, week, weekend };

/// Which one of a repeating day. "El próximo viernes" is the coming one; "next Friday" often that
/// of next week.
enum class Turn : std::uint8_t { open, current, coming, next, last };

constexpr int kUnset = -1;

/// A moment as the guest said it, before anybody looked at a calendar. A field that was not said is
/// kUnset. `unit` and `shift` count from now: "la semana que viene" is {unit week, shift 1}; with
/// `weekday`, `day` or `month` beside them these pick inside that period: "el lunes de la semana
/// que viene".
struct When {
  std::int16_t year = kUnset;
  std::int8_t month = kUnset;
  std::int8_t day = kUnset;
  std::int8_t weekday = kUnset;  // 0 is Sunday
  std::int8_t nth = 0;  // of a weekday or `unit`, in a month or year: 3 is the third, -1 the last
  Grain nth_unit = Grain::week;  // with nth and no weekday
  std::int8_t hour = kUnset;
  std::int8_t minute = kUnset;
  std::int8_t second = kUnset;
  bool either_half = false;  // 8 may be 8:00 or 20:00
  bool of_24_hours = false;  // written as a clock of 24 hours shows it, "8h": rather 8:00
  bool shifted = false;
  bool whole =
      false;  // with shifted: the whole unit ("next week"), not the day that far away ("in a week")
  Grain unit = Grain::day;
  std::int16_t shift = 0;
  std::int16_t offset_days = 0;  // counted on from the rest: "two days after Christmas"
  Turn turn = Turn::open;
  Holiday holiday = Holiday::none;
  Edge edge = Edge::none;
  Part part = Part::none;
  Span span = Span::itself;
  Beside beside = Beside::itself;
  bool working = false;  // Monday to Friday only: "dos días hábiles", "the work week"
  bool longer = false;   // a weekend with the Friday or the Monday

  bool has_clock() const { return hour != kUnset; }
  bool has_date() const {
    return year != kUnset || month != kUnset || day != kUnset || weekday != kUnset || shifted ||
           holiday != Holiday::none;
  }
  bool operator==(const When&) const = default;
};

/// What a stretch of tokens means. Which fields count depends on the category.
struct Meaning {
  double number =
      0;  // number, nights, rooms, money; party_size: the adults; duration: how many `unit`
  double seconds = 0;          // duration, all its parts together
  When when{};                 // moments; range: its beginning
  When until{};                // range: its end
  Grain unit = Grain::day;     // unit, duration
  std::uint8_t children = 0;   // party_size
  bool has_from = true;        // range: "hasta el 10" has only an end
  bool has_until = false;      // range
  bool by_length = false;      // range: begins at `when`, lasts `number` times `unit`
  bool after = false;          // range: begins where a period `when` ends, "después de mayo"
  bool through = false;        // range: lasts to the end of `until`, "a más tardar mañana"
  const char* word = nullptr;  // room_type, money's currency, yes_no: the canonical word

  bool operator==(const Meaning&) const = default;
};

}  // namespace conserje::nlu
