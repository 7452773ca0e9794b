#include "conversation/hours.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

using namespace std::chrono_literals;

Date day(unsigned month, unsigned day_of_month) {
  return Date(std::chrono::year(2026), std::chrono::month(month), std::chrono::day(day_of_month));
}

/// Monday to Friday, 9 to 13 and 15 to 20; Christmas, a Friday, is a holiday.
BusinessHours hours() {
  BusinessHours hours{.holidays = {day(12, 25)}};
  for (std::size_t weekday = 1; weekday <= 5; ++weekday)
    hours.week[weekday] = {{9h, 13h}, {15h, 20h}};
  return hours;
}

TEST(IsOpen, FromTheOpeningUntilTheClosing) {
  EXPECT_FALSE(is_open(hours(), {day(12, 1), 9h - 1ms}));
  EXPECT_TRUE(is_open(hours(), {day(12, 1), 9h}));
  EXPECT_TRUE(is_open(hours(), {day(12, 1), 13h - 1ms}));
  EXPECT_FALSE(is_open(hours(), {day(12, 1), 13h}));
}

TEST(IsOpen, OnNoHoliday) { EXPECT_FALSE(is_open(hours(), {day(12, 25), 10h})); }

TEST(NextOpening, MayBeLaterOnTheSameDay) {
  EXPECT_EQ(next_opening(hours(), {day(12, 1), 13h + 30min}), (Opening{day(12, 1), 15h}));
}

TEST(NextOpening, PassesOverTheWeekendAndHolidays) {
  EXPECT_EQ(next_opening(hours(), {day(12, 4), 21h}), (Opening{day(12, 7), 9h}));
  EXPECT_EQ(next_opening(hours(), {day(12, 24), 20h}), (Opening{day(12, 28), 9h}));
}

TEST(NextOpening, IsNoneInAHouseThatNeverOpens) {
  EXPECT_EQ(next_opening(BusinessHours{}, {day(12, 1), 9h}), std::nullopt);
}

}  // namespace
}  // namespace conserje
