#include "language.hpp"

namespace conserje::nlu {
namespace {

using namespace combine;
using enum Category;

constexpr Rule kNumbers[] = {
    {"[number] -? [denominator]", number, fraction},
    {"[number] ~/ ~[number]", number, proper_fraction},
    {"[number] / [number]", number, proper_fraction},
    {"[number] [number]", number, mixed},
    {"[number] [suffix]", number, scaled},
    {"[number] ~^ ~+? ~[number]", number, to_the_power},
    {"[number] ~^ ~- ~[number]", number, to_minus_the_power},
    {"[number] ~^ ~- ~- ~[number]", number, to_the_power},
    {"[number] ~e ~+? ~[number]", number, tenfold},
    {"[number] ~e ~- ~[number]", number, tenth_part},
    {"[number] x|* ~10 ~^ ~+? ~[number]", number, tenfold},
    {"[number] x|* ~10 ~^ ~- ~[number]", number, tenth_part},
};

constexpr Rule kClock[] = {
    {"[hour] ~: ~[minute]", clock, together},
    {"[hour] ~: ~[minute] ~: ~[second]", clock, together},
    {"[hour] ~: ~[minute] [half|part]", clock, together},
    {"[hour] ~h ~[minute]", clock, sharp},
    {"[hour] [half]", clock, together},
    {"[hour] ~: ~[minute] ~: ~[second] [half|part]", clock, together},
    {"[hour] ~: [minute] [half|part]", clock, together},
    {"[hour] ~. ~[minute] [half|part]", clock, together},
    {"[hour] h|: [minute] [half|part]", clock, together},
    {"[hour_minute] [half]", clock, together},
    {"t ~[hour] ~: ~[minute]", clock, sharp},
    {"t ~[hour] ~: ~[minute] ~: ~[second]", clock, sharp},
};

constexpr Rule kDates[] = {
    {"[year] ~- ~[month_number] ~- ~[day]", date, together},
    {"[year] ~/ ~[month_number] ~/ ~[day]", date, together},
    {"[year] ~. ~[month_number] ~. ~[day]", date, together},
    {"[year] ~/|- ~[month] ~/|- ~[day]", date, together},
    {"[day] ~/|- ~[month] ~/|- ~[year]", date, together},
    {"[day] ~/|- ~[month] ~/|- ~[short_year]", date, together},
    {"[day] ~/|- ~[month]", date, together},
    {"[month] ~/|- ~[day]", date, together},
    {"[month] ~- ~[year]", period, together},
    {"< = [year]", range, through},
    {"< [year]", range, until},
    {"> [year]", range, after},
    {"> = [year]", range, since},
};

constexpr Rule kDayMonth[] = {
    {"[day] ~/ ~[month_number] ~/ ~[year]", date, together},
    {"[day] ~/ ~[month_number] ~/ ~[short_year]", date, together},
    {"[day] ~- ~[month_number] ~- ~[year]", date, together},
    {"[day] ~- ~[month_number] ~- ~[short_year]", date, together},
    {"[day] ~. ~[month_number] ~. ~[year]", date, together},
    {"[day] ~/ ~[month_number] , [year]", date, together},
    {"[day] ~/ ~[month_number] ~, ~[short_year]", date, together},
    {"[day] ~. ~[month_number] ~. ~[short_year]", date, together},
    {"[day] ~/ ~[month_number]", date, together},
    // What cannot be day first: 4/22.
    {"[month_number] ~/ ~[day] ~/ ~[year]", date, together},
    {"[month_number] ~/ ~[day]", date, together},
};

constexpr Rule kMonthDay[] = {
    {"[month_number] ~/ ~[day] ~/ ~[year]", date, together},
    {"[month_number] ~/ ~[day] ~/ ~[short_year]", date, together},
    {"[month_number] ~- ~[day] ~- ~[year]", date, together},
    {"[month_number] ~- ~[day] ~- ~[short_year]", date, together},
    {"[month_number] ~/ ~[day]", date, together},
    {"[month_number] ~/ ~[day] , [year]", date, together},
    {"[month_number] ~/ ~[day] ~, ~[short_year]", date, together},
    // What cannot be month first: 25/12.
    {"[day] ~/ ~[month_number] ~/ ~[year]", date, together},
    {"[day] ~- ~[month_number] ~- ~[year]", date, together},
    {"[day] ~. ~[month_number] ~. ~[year]", date, together},
    {"[day] ~/ ~[month_number]", date, together},
};

constexpr Rule kGuests[] = {
    {"[number] [currency]", money, amount_of_money},
    {"[currency] [number]", money, amount_of_money},
    {"[count] [night]", nights, some_nights},
    {"[count] [guests]", party_size, adults},
    {"[count] [children]", party_size, only_children},
    {"[count] + [count] ![unit|currency|number]", party_size, plus_children},
    {"[count] [room]", Category::rooms, combine::rooms},
    {"[count] =[room_type]", Category::rooms, combine::rooms},
};

}  // namespace

std::span<const Rule> shared_number_rules() { return kNumbers; }
std::span<const Rule> shared_clock_rules() { return kClock; }
std::span<const Rule> shared_date_rules() { return kDates; }
std::span<const Rule> day_month_rules() { return kDayMonth; }
std::span<const Rule> month_day_rules() { return kMonthDay; }
std::span<const Rule> shared_guest_rules() { return kGuests; }

}  // namespace conserje::nlu
