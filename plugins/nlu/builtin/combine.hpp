#pragma once

#include "grammar.hpp"

/// What the rules' tables do with their captures. Each refuses (false) what cannot go together.
namespace conserje::nlu::combine {

/// Everything that was captured, in one moment: "[weekday] [day] de [month]". Numbers fill the
/// field of their role. A part of the day decides which half of it an hour means. Refused: a field
/// that is said twice, a 31st of June.
bool together(Captures captures, Meaning& made);
/// The first capture as it is.
bool same(Captures captures, Meaning& made);

// Clock times.
bool quarter_past(Captures captures, Meaning& made);  ///< [hour] and fifteen minutes
bool half_past(Captures captures, Meaning& made);     ///< [hour] and thirty minutes
bool half_to(Captures captures, Meaning& made);       ///< thirty minutes before [hour]
bool quarter_to(Captures captures, Meaning& made);    ///< fifteen minutes before [hour]
bool minutes_past(Captures captures,
                  Meaning& made);  ///< [number] minutes after [hour], in either order
bool minutes_to(Captures captures,
                Meaning& made);  ///< [number] minutes before [hour], in either order
bool sharp(Captures captures,
           Meaning& made);  ///< [hour] of the 24 hour clock, never the other half

// Dates.
bool this_one(Captures captures, Meaning& made);     ///< the current unit, weekday, month, ...
bool coming_one(Captures captures, Meaning& made);   ///< the first one after today
bool next_one(Captures captures, Meaning& made);     ///< the one after
bool last_one(Captures captures, Meaning& made);     ///< the one before
bool nth(Captures captures, Meaning& made);          ///< [ordinal] [weekday] in a month
bool final_one(Captures captures, Meaning& made);    ///< the last [weekday] in a month
bool in_amount(Captures captures, Meaning& made);    ///< [duration] from now
bool amount_ago(Captures captures, Meaning& made);   ///< [duration] before now
bool days_after(Captures captures, Meaning& made);   ///< [duration], or a day, after a date
bool days_before(Captures captures, Meaning& made);  ///< [duration], or a day, before a date
bool in_one(Captures captures, Meaning& made);       ///< one [unit] from now
bool one_ago(Captures captures, Meaning& made);      ///< one [unit] before now

// Ranges.
bool from_to(Captures captures,
             Meaning& made);  ///< the first two moments; what one leaves open comes from the other
bool on_from_to(Captures captures,
                Meaning& made);  ///< what both share, then the two: [month] [day] [day]
bool range_on_day(Captures captures, Meaning& made);  ///< a [time_range] on the other capture's day
bool starting(Captures captures, Meaning& made);  ///< from a moment on; with a duration, that long
bool since(Captures captures, Meaning& made);     ///< only a beginning
bool until(Captures captures, Meaning& made);     ///< only an end
bool coming_units(Captures captures, Meaning& made);  ///< the next [duration], from now
bool past_units(Captures captures, Meaning& made);    ///< the last [duration], up to now

// Amounts.
bool some_units(Captures captures, Meaning& made);      ///< [number] [unit]
bool one_unit(Captures captures, Meaning& made);        ///< a [unit]
bool half_unit(Captures captures, Meaning& made);       ///< half a [unit]
bool one_and_half(Captures captures, Meaning& made);    ///< a [unit] and a half
bool units_and_half(Captures captures, Meaning& made);  ///< [number] and a half [unit]
bool plus(Captures captures, Meaning& made);            ///< [duration] and [duration]
bool two_units(Captures captures, Meaning& made);       ///< a couple of [unit]
bool some_nights(Captures captures, Meaning& made);     ///< [count] nights
bool two_nights(Captures captures, Meaning& made);      ///< a couple of nights
bool half_more(Captures captures, Meaning& made);       ///< [number] and a half

// Guests, rooms, money.
bool adults(Captures captures, Meaning& made);  ///< [count] of them; with a second count, children
bool only_children(Captures captures,
                   Meaning& made);                    ///< [count] children; the adults are not said
bool add_children(Captures captures, Meaning& made);  ///< [party_size], then children
bool one_adult(Captures captures, Meaning& made);
bool two_adults(Captures captures, Meaning& made);
bool rooms(Captures captures, Meaning& made);            ///< [count] rooms
bool amount_of_money(Captures captures, Meaning& made);  ///< [number] and [currency]
bool ordinal(Captures captures, Meaning& made);          ///< [number] as an ordinal

}  // namespace conserje::nlu::combine
