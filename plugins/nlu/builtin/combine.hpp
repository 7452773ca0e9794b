#pragma once

#include "grammar.hpp"

/// What the rules' tables do with their captures. Each refuses (false) what cannot go together.
namespace conserje::nlu::combine {

/// "Las 8 de la noche" is 20:00, "las 12 de la noche" is midnight: the part of the day decides
/// which half an hour means, and is then used up.
void settle_half(When& when);

/// Everything that was captured, in one moment: "[weekday] [day] de [month]". Numbers fill the
/// field of their role. A part of the day decides which half of it an hour means. Refused: a field
/// that is said twice, a 31st of June.
bool together(Captures captures, Meaning& made);
/// The first capture as it is.
bool same(Captures captures, Meaning& made);

// Clock times.
bool beside_meal(Captures captures,
                 Meaning& made);  ///< all but the [meal], which settles the half later
bool quarter_past(Captures captures, Meaning& made);  ///< [hour] and fifteen minutes
bool half_past(Captures captures, Meaning& made);     ///< [hour] and thirty minutes
bool half_to(Captures captures, Meaning& made);       ///< thirty minutes before [hour]
bool quarter_to(Captures captures, Meaning& made);    ///< fifteen minutes before [hour]
bool minutes_past(Captures captures,
                  Meaning& made);  ///< [number] minutes after [hour], in either order
bool minutes_to(Captures captures,
                Meaning& made);  ///< [number] minutes before [hour], in either order
bool round_minutes_to(Captures captures, Meaning& made);  ///< likewise, without the word minutes
bool sharp(Captures captures,
           Meaning& made);  ///< [hour] of the 24 hour clock, never the other half

bool of_24_hours(Captures captures, Meaning& made);     ///< [hour], written as 24 hours are: "8h"
bool in_four_digits(Captures captures, Meaning& made);  ///< [hour_minute] from 10:00 on: "at 1430"

bool of_two_clocks(Captures captures,
                   Meaning& made);  ///< "4-22": no hours, since the first has 12 and the second 24
bool of_morning(Captures captures, Meaning& made);  ///< [hour] in the morning: "9a"
bool of_evening(Captures captures, Meaning& made);  ///< [hour] in the evening: "9p"

// Dates.
bool this_one(Captures captures, Meaning& made);     ///< the current unit, weekday, month, ...
bool coming_one(Captures captures, Meaning& made);   ///< the first one after today
bool next_one(Captures captures, Meaning& made);     ///< the one after
bool last_one(Captures captures, Meaning& made);     ///< the one before
bool nth(Captures captures, Meaning& made);          ///< [ordinal] [weekday] in a month
bool final_one(Captures captures, Meaning& made);    ///< the last [weekday] in a month
bool nth_of_unit(Captures captures, Meaning& made);  ///< the [ordinal] [unit] of this [unit]
bool week_number(Captures captures, Meaning& made);  ///< [week] of the year
bool half_month(Captures captures, Meaning& made);   ///< the [ordinal] half of a month
bool week_of(Captures captures, Meaning& made);      ///< the week around a day
bool weekend_of(Captures captures, Meaning& made);   ///< the weekend around a day
bool weekend_of_first(Captures captures,
                      Meaning& made);  ///< the weekend around [month] [day]; days after it are said
bool weekend_of_last(Captures captures, Meaning& made);  ///< likewise; days before it are said
bool early(Captures captures, Meaning& made);            ///< the beginning of it
bool amid(Captures captures, Meaning& made);             ///< the middle of it
bool ending(Captures captures, Meaning& made);         ///< the end of it; of a day: its last moment
bool later_in(Captures captures, Meaning& made);       ///< the end of it, from now on
bool rest_of(Captures captures, Meaning& made);        ///< from now to the end of this [unit]
bool start_of_unit(Captures captures, Meaning& made);  ///< the beginning of this [unit]
bool middle_of_unit(Captures captures, Meaning& made);  ///< the middle of this [unit]
bool end_of_unit(Captures captures, Meaning& made);     ///< the end of this [unit]
bool current_unit(Captures captures, Meaning& made);    ///< "the week": this one
bool today(Captures captures, Meaning& made);           ///< what "the day" means alone
bool later_in_unit(Captures captures, Meaning& made);   ///< what is left of the end of this [unit]
bool weekday_after_next(Captures captures, Meaning& made);  ///< "the Friday after next"
bool this_weekend(Captures captures, Meaning& made);        ///< the one that comes, or is
bool inside(Captures captures, Meaning& made);              ///< a day of a month or year
bool one_after_next(Captures captures, Meaning& made);      ///< the [unit] after the next
bool weekday_before(Captures captures, Meaning& made);      ///< the last [weekday] before a date
bool weekday_after(Captures captures, Meaning& made);       ///< the first [weekday] after a date
bool unit_before(Captures captures, Meaning& made);         ///< the week or weekend before a date's
bool unit_after(Captures captures, Meaning& made);          ///< the week or weekend after a date's
bool weekdays_ahead(Captures captures, Meaning& made);      ///< [count] [weekday]s from now
bool weekdays_back(Captures captures, Meaning& made);       ///< [count] [weekday]s ago
bool in_amount(Captures captures, Meaning& made);           ///< [duration] from now
bool amount_ago(Captures captures, Meaning& made);          ///< [duration] before now
bool its_weekday(Captures captures, Meaning& made);  ///< [weekday], which a [duration] only repeats
bool days_after(Captures captures, Meaning& made);   ///< [duration], or a day, after a date
bool days_before(Captures captures, Meaning& made);  ///< [duration], or a day, before a date
bool in_one(Captures captures, Meaning& made);       ///< one [unit] from now
bool one_ago(Captures captures, Meaning& made);      ///< one [unit] before now

// Ranges.
bool from_to(Captures captures,
             Meaning& made);  ///< the first two moments; what one leaves open comes from the other
bool from_to_of_24_hours(Captures captures,
                         Meaning& made);  ///< from_to, with both hours written as of_24_hours
bool onward_to(
    Captures captures,
    Meaning& made);  ///< from_to, unless the first looks back: "la semana anterior a navidad"
bool first_to_last(Captures captures,
                   Meaning& made);  ///< days in a row, the last one a [date]: "15, 16 y 17 de mayo"
bool on_first_to_last(Captures captures, Meaning& made);  ///< likewise, after their [month]
bool night_between(Captures captures, Meaning& made);     ///< the [part_noun] that joins two days
bool early_morning(Captures captures, Meaning& made);     ///< early on that day
bool from_half_past(Captures captures, Meaning& made);  ///< [hour] and a half to the second moment
bool from_half_to_half(Captures captures,
                       Meaning& made);  ///< [hour] and a half to [hour] and a half
bool from_to_in(Captures captures,
                Meaning& made);  ///< the first two in the third: [day] [day] [period]
bool on_from_to_in(Captures captures, Meaning& made);  ///< [month] [day] [day] [year]
bool on_from_to(Captures captures,
                Meaning& made);  ///< what both share, then the two: [month] [day] [day]
bool range_on_day(Captures captures, Meaning& made);  ///< a [time_range] on the other capture's day
bool starting(Captures captures, Meaning& made);  ///< from a moment on; with a duration, that long
bool since(Captures captures, Meaning& made);     ///< only a beginning
bool after(Captures captures, Meaning& made);     ///< from the end of a period on
bool since_on_day(Captures captures, Meaning& made);   ///< from a clock time of a day on
bool until(Captures captures, Meaning& made);          ///< only an end
bool through(Captures captures, Meaning& made);        ///< only an end, which still belongs to it
bool until_on_day(Captures captures, Meaning& made);   ///< up to a clock time of a day
bool until_now(Captures captures, Meaning& made);      ///< up to today
bool within(Captures captures, Meaning& made);         ///< [duration] that begins today, or now
bool coming_unit(Captures captures, Meaning& made);    ///< the next [unit], shorter than a day
bool past_unit(Captures captures, Meaning& made);      ///< the last [unit], shorter than a day
bool initial_units(Captures captures, Meaning& made);  ///< the first [duration] of a period
bool final_units(Captures captures, Meaning& made);    ///< the last [duration] of a period
bool coming_units(Captures captures, Meaning& made);   ///< the next [duration], from now
bool past_units(Captures captures, Meaning& made);     ///< the last [duration], up to now

// Amounts.
bool some_units(Captures captures, Meaning& made);         ///< [number] [unit]
bool one_unit(Captures captures, Meaning& made);           ///< a [unit]
bool half_unit(Captures captures, Meaning& made);          ///< half a [unit]
bool one_and_half(Captures captures, Meaning& made);       ///< a [unit] and a half
bool units_and_half(Captures captures, Meaning& made);     ///< [number] and a half [unit]
bool units_and_quarter(Captures captures, Meaning& made);  ///< [number] [unit] and a quarter
bool plus(Captures captures, Meaning& made);               ///< [duration] and [duration]
bool two_units(Captures captures, Meaning& made);          ///< a couple of [unit]
bool some_nights(Captures captures, Meaning& made);        ///< [count] nights
bool one_night(Captures captures, Meaning& made);          ///< another night
bool two_nights(Captures captures, Meaning& made);         ///< a couple of nights
bool part_of_unit(Captures captures, Meaning& made);       ///< three quarters of an hour
bool few_units(Captures captures, Meaning& made);          ///< a few [unit]

// Numbers; the first and the last capture count.
bool half_more(Captures captures, Meaning& made);  ///< and a half; of millions, half a million
bool fraction(Captures captures, Meaning& made);   ///< three quarters
bool proper_fraction(Captures captures, Meaning& made);         ///< 3/4, not 4/3
bool one_part(Captures captures, Meaning& made);                ///< a fifth
bool half_of_number(Captures captures, Meaning& made);          ///< half a million
bool quarter_of_number(Captures captures, Meaning& made);       ///< a quarter million
bool fraction_of_product(Captures captures, Meaning& made);     ///< three two-thousandths
bool fraction_of_sum(Captures captures, Meaning& made);         ///< three twenty-fourths
bool twofold(Captures captures, Meaning& made);                 ///< a couple of hundred
bool mixed(Captures captures, Meaning& made);                   ///< two and three quarters
bool decimals(Captures captures, Meaning& made);                ///< two point five
bool only_decimals(Captures captures, Meaning& made);           ///< point five
bool spelled_decimals(Captures captures, Meaning& made);        ///< three point one four
bool decimals_after_zero(Captures captures, Meaning& made);     ///< two point zero five
bool scaled(Captures captures, Meaning& made);                  ///< 2k
bool part_of_multiplier(Captures captures, Meaning& made);      ///< two and a half thousand
bool fraction_of_multiplier(Captures captures, Meaning& made);  ///< 1/2 million
bool from_the_end(Captures captures, Meaning& made);        ///< [ordinal] from the last: negative
bool negative(Captures captures, Meaning& made);            ///< minus two
bool to_the_power(Captures captures, Meaning& made);        ///< 2^3
bool to_minus_the_power(Captures captures, Meaning& made);  ///< 2^-3
bool tenfold(Captures captures, Meaning& made);             ///< 2e3
bool tenth_part(Captures captures, Meaning& made);          ///< 2e-3

// Guests, rooms, money.
bool adults(Captures captures, Meaning& made);  ///< [count] of them; with a second count, children
bool only_children(Captures captures,
                   Meaning& made);                    ///< [count] children; the adults are not said
bool add_children(Captures captures, Meaning& made);  ///< [party_size], then children
bool of_whom_children(Captures captures,
                      Meaning& made);  ///< [party_size], and how many of them are children
bool adults_or_party(Captures captures, Meaning& made);  ///< [count], or a [party_size] as it is
bool couples(Captures captures, Meaning& made);          ///< [count] couples
bool couple_with(Captures captures, Meaning& made);      ///< a couple, and [count] children or one
bool and_self(Captures captures, Meaning& made);         ///< [count] others, and the one who writes
bool both_parties(Captures captures, Meaning& made);     ///< [party_size] and [party_size]
bool spelled_out(Captures captures, Meaning& made);  ///< [party_size], and once more who they are
bool with_ages(Captures captures, Meaning& made);    ///< [party_size] with children, their ages
bool family(Captures captures, Meaning& made);       ///< [companions] of both kinds, and the writer
bool plus_children(Captures captures, Meaning& made);  ///< "2+1"
bool one_adult(Captures captures, Meaning& made);
bool two_adults(Captures captures, Meaning& made);
bool one_room(Captures captures, Meaning& made);
bool companions(Captures captures, Meaning& made);        ///< all of them together
bool with_companions(Captures captures, Meaning& made);   ///< likewise, and the one who writes
bool add_self(Captures captures, Meaning& made);          ///< children, and the one who writes
bool adult_with_child(Captures captures, Meaning& made);  ///< me and a child
bool two_children(Captures captures, Meaning& made);
bool two_rooms(Captures captures, Meaning& made);        ///< a couple of rooms
bool rooms(Captures captures, Meaning& made);            ///< [count] rooms
bool amount_of_money(Captures captures, Meaning& made);  ///< [number] and [currency]
bool aside(Captures captures, Meaning& made);            ///< nothing: its words are taken
bool denial(Captures captures, Meaning& made);           ///< a [yes_no] that takes back a yes
bool ordinal(Captures captures, Meaning& made);          ///< [number] as an ordinal

}  // namespace conserje::nlu::combine
