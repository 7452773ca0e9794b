#pragma once

#include <string>

#include "conserje/json.hpp"
#include "conserje/nlu_types.hpp"

/// How `conserje nlu eval` compares dates and times with those that a test set wants. Pure.
namespace conserje {

/// The entity says when, or how long; a count of nights does too.
bool is_moment(const nlu::Entity& entity);

/// What a row of dates wants, and what was found, in one spelling: "at 2026-12-10", "lasts 3600",
/// "from 2026-12-10 to 2026-12-12". Of several readings the last one, which lies in the future.
std::string wanted_moment(const Json& expected);
std::string found_moment(const nlu::Entity& entity);

/// What of a short phrase is compared.
enum class Precision {
  /// Beginning and end, both at the row's grain: of a week its Monday, of a month year and month.
  at_grain,
  /// The hours of a part of the day, and of the evening a weekend begins on, stand in a table of
  /// each source: of these the day, and that both have some time in common.
  by_day,
};

/// Does the last reading of a date or time agree with {"ref", "kind": value or interval, "start",
/// "end", "grain"}? A bare time is its first occurrence after `ref`. Every end of such a row is
/// exclusive: ours that was said as a day ("del 3 al 5") agrees with the day after it.
bool agrees(const nlu::Entity& entity, const Json& row, Precision precision);

}  // namespace conserje
