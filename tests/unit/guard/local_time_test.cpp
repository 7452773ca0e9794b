#include "guard/local_time.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

using namespace std::chrono_literals;

WallTime utc(int year, unsigned month, unsigned day, Millis time_of_day) {
  return WallTime(std::chrono::sys_days(
             Date(std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)))) +
         time_of_day;
}

TEST(LocalTime, IsStillYesterdayWestOfGreenwich) {
  EXPECT_EQ(format_local(local_time(utc(2026, 12, 10, 2h), "America/Argentina/Buenos_Aires")),
            "2026-12-09T23:00:00");
}

TEST(LocalTime, FollowsDaylightSaving) {
  EXPECT_EQ(format_local(local_time(utc(2026, 7, 1, 12h), "Europe/Madrid")), "2026-07-01T14:00:00");
  EXPECT_EQ(format_local(local_time(utc(2026, 12, 1, 12h), "Europe/Madrid")),
            "2026-12-01T13:00:00");
}

TEST(LocalTime, IsUtcInAZoneThatTheMachineDoesNotKnow) {
  EXPECT_EQ(format_local(local_time(utc(2026, 7, 1, 12h), "Mars/Olympus")), "2026-07-01T12:00:00");
}

}  // namespace
}  // namespace conserje
