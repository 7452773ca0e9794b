#include "language.hpp"

namespace conserje::nlu {
namespace {

using namespace combine;
using enum Category;

constexpr Rule kClock[] = {
    {"[hour] ~: ~[minute]", clock, together},
    {"[hour] ~: ~[minute] ~: ~[second]", clock, together},
    {"[hour] ~: ~[minute] [half|part]", clock, together},
    {"[hour] ~h ~[minute]", clock, sharp},
    {"[hour] [half]", clock, together},
};

constexpr Rule kDates[] = {
    {"[year] ~- ~[month_number] ~- ~[day]", date, together},
    {"[year] ~/ ~[month_number] ~/ ~[day]", date, together},
};

constexpr Rule kDayMonth[] = {
    {"[day] ~/ ~[month_number] ~/ ~[year]", date, together},
    {"[day] ~/ ~[month_number] ~/ ~[short_year]", date, together},
    {"[day] ~- ~[month_number] ~- ~[year]", date, together},
    {"[day] ~- ~[month_number] ~- ~[short_year]", date, together},
    {"[day] ~. ~[month_number] ~. ~[year]", date, together},
    {"[day] ~/ ~[month_number]", date, together},
};

constexpr Rule kMonthDay[] = {
    {"[month_number] ~/ ~[day] ~/ ~[year]", date, together},
    {"[month_number] ~/ ~[day] ~/ ~[short_year]", date, together},
    {"[month_number] ~- ~[day] ~- ~[year]", date, together},
    {"[month_number] ~- ~[day] ~- ~[short_year]", date, together},
    {"[month_number] ~/ ~[day]", date, together},
    // What cannot be month first: 25/12.
    {"[day] ~/ ~[month_number] ~/ ~[year]", date, together},
    {"[day] ~/ ~[month_number]", date, together},
};

constexpr Rule kGuests[] = {
    {"[number] [currency]", money, amount_of_money},
    {"[currency] [number]", money, amount_of_money},
    {"[count] [night]", nights, some_nights},
    {"[count] [guests]", party_size, adults},
    {"[count] [children]", party_size, only_children},
    {"[count] [room]", Category::rooms, combine::rooms},
    {"[count] =[room_type]", Category::rooms, combine::rooms},
};

}  // namespace

std::span<const Rule> shared_clock_rules() { return kClock; }
std::span<const Rule> shared_date_rules() { return kDates; }
std::span<const Rule> day_month_rules() { return kDayMonth; }
std::span<const Rule> month_day_rules() { return kMonthDay; }
std::span<const Rule> shared_guest_rules() { return kGuests; }

}  // namespace conserje::nlu
