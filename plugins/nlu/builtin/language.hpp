#pragma once

#include <span>
#include <vector>

#include "combine.hpp"
#include "grammar.hpp"

/// One language's tables, and what all of them share. To teach the engine a phrase, add a row in
/// language_<xx>.cpp; a way to say something, one in language_<xx>_rules.cpp.
namespace conserje::nlu {

struct LanguageTables {
  Lexemes lexemes;
  std::vector<Section> sections;   // in the order in which they run
  bool ordinals_are_days = false;  // "the fourth" is one; "el cuarto" is a room
};

LanguageTables spanish();
LanguageTables english();
LanguageTables portuguese();

Lexemes spanish_words();
Lexemes english_words();
Lexemes portuguese_words();

std::span<const Rule> shared_number_rules();
/// Rules for figures that every language writes alike: "20:00", "2026-12-10", "12 €".
std::span<const Rule> shared_clock_rules();
std::span<const Rule> shared_date_rules();  // ISO
std::span<const Rule> day_month_rules();    // 10/12 is the 10th of December
std::span<const Rule> month_day_rules();    // 10/12 is the 12th of October
std::span<const Rule> shared_guest_rules();

/// Meanings for the lexemes' rows.
namespace means {

constexpr Meaning number(double value) { return {.number = value}; }
constexpr Meaning weekday(std::int8_t day) { return {.when = {.weekday = day}}; }
constexpr Meaning month(std::int8_t month) { return {.when = {.month = month}}; }
constexpr Meaning unit(Grain grain) { return {.unit = grain}; }
constexpr Meaning part(Part part, Edge edge = Edge::none) {
  return {.when = {.edge = edge, .part = part}};
}
constexpr Meaning holiday(Holiday holiday) { return {.when = {.holiday = holiday}}; }
constexpr Meaning edge(Edge edge) { return {.when = {.edge = edge}}; }
constexpr Meaning word(const char* canonical) { return {.word = canonical}; }
constexpr Meaning clock(std::int8_t hour) { return {.when = {.hour = hour}}; }
/// So many days from today; with a part, that part of the day.
constexpr Meaning day(std::int16_t shift, Part part = Part::none) {
  return {.when = {.shifted = true, .unit = Grain::day, .shift = shift, .part = part}};
}
constexpr Meaning whole(Grain grain, std::int16_t shift) {
  return {.when = {.shifted = true, .whole = true, .unit = grain, .shift = shift}};
}
/// A feast on a fixed day of the year, or on the nth weekday of a month.
constexpr Meaning feast(std::int8_t month, std::int8_t day) {
  return {.when = {.month = month, .day = day}};
}
constexpr Meaning feast_on(std::int8_t month, std::int8_t weekday, std::int8_t nth) {
  return {.when = {.month = month, .weekday = weekday, .nth = nth}};
}
/// Some days after such a weekday: Black Friday.
constexpr Meaning after_feast(std::int8_t month, std::int8_t weekday, std::int8_t nth,
                              std::int16_t days) {
  return {.when = {.month = month, .weekday = weekday, .nth = nth, .offset_days = days}};
}
constexpr Meaning from_easter(std::int16_t days) {
  return {.when = {.offset_days = days, .holiday = Holiday::easter}};
}
constexpr Meaning working(Grain grain) { return {.when = {.working = true}, .unit = grain}; }
constexpr Meaning long_weekend() {
  return {.when = {.shifted = true, .whole = true, .unit = Grain::weekend, .longer = true},
          .unit = Grain::weekend};
}
constexpr Meaning work_week() {
  return {.when = {.shifted = true, .whole = true, .unit = Grain::week, .working = true}};
}
constexpr Meaning now() { return {.when = {.shifted = true, .unit = Grain::second}}; }
constexpr Meaning lasting(double number, Grain grain, double seconds) {
  return {.number = number, .seconds = seconds, .unit = grain};
}
constexpr Meaning people(double adults) { return {.number = adults}; }

}  // namespace means
}  // namespace conserje::nlu
