#include "guard/backoff.hpp"

#include <gtest/gtest.h>

#include <array>

namespace conserje {
namespace {

constexpr std::array kSchedule = {Millis(1'000), Millis(5'000)};

TEST(NextWait, FollowsTheScheduleWithoutJitterAtTheMiddle) {
  EXPECT_EQ(next_wait(kSchedule, 1, 0.5), Millis(1'000));
  EXPECT_EQ(next_wait(kSchedule, 2, 0.5), Millis(5'000));
}

TEST(NextWait, VariesByAFifthEitherWay) {
  EXPECT_EQ(next_wait(kSchedule, 1, 0.0), Millis(800));
  EXPECT_EQ(next_wait(kSchedule, 1, 0.99999), Millis(1'199));
}

TEST(NextWait, EndsWithTheSchedule) { EXPECT_EQ(next_wait(kSchedule, 3, 0.5), std::nullopt); }

TEST(NextWait, GivesNothingForAnAttemptThatDidNotHappen) {
  EXPECT_EQ(next_wait(kSchedule, 0, 0.5), std::nullopt);
}

TEST(NextWait, WaitsAsLongAsItIsAskedTo) {
  EXPECT_EQ(next_wait(kSchedule, 1, 0.5, Millis(60'000)), Millis(60'000));
}

TEST(NextWait, DoesNotComeBackSoonerThanPlanned) {
  EXPECT_EQ(next_wait(kSchedule, 2, 0.5, Millis(1)), Millis(5'000));
}

}  // namespace
}  // namespace conserje
