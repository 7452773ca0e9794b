#pragma once

#include "combine.hpp"

/// What the files of combine share: how captures are looked up and moments put together.
namespace conserje::nlu::combine {

constexpr double kFew = 3;  // "unos días"

/// Adds what `other` says. Refused: a field that both say, and not alike.
bool merge(When& into, const When& other);
/// What one capture says about a moment, its number included.
When moment(const Capture& capture);

/// The first capture of a category; null: there is none.
const Meaning* find(Captures captures, Category category);
/// The number of the first capture in a role; kUnset: there is none.
double number_in(Captures captures, Role role);

/// How long a unit lasts: a month 30 days, a year 365.
double seconds_of(Grain unit);

}  // namespace conserje::nlu::combine
