#include "communication/channel_condition.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

using namespace std::chrono_literals;
using channel::ChannelHealth;

constexpr MonotonicTime kNow{1h};
constexpr WallTime kWall{Millis(1'785'920'400'000)};

ChannelVerdict judge_now(ChannelCondition before, const Result<ChannelHealth>& said) {
  return judge(std::move(before), said, kNow, kWall);
}

ChannelCondition once_failed() {
  return {.state = ChannelState::online, .detail = "FAILED", .failures = 1};
}
const ChannelHealth kDown{.state = "down", .detail = "FAILED", .restart_helps = true};

TEST(ChannelCondition, TheFirstGoodWordIsAReturn) {
  EXPECT_EQ(judge_now({}, ChannelHealth{.state = "ok", .detail = "WORKING"}),
            (ChannelVerdict{.condition = {.state = ChannelState::online, .detail = "WORKING"},
                            .changed = true,
                            .came_back = true}));
}

TEST(ChannelCondition, OneFailureIsNoOutage) {
  EXPECT_EQ(judge_now({.state = ChannelState::online}, kDown),
            (ChannelVerdict{.condition = once_failed()}));
}

TEST(ChannelCondition, TheSecondFailureInARowIsOneAndARestartMayHelp) {
  EXPECT_EQ(judge_now(once_failed(), kDown),
            (ChannelVerdict{.condition = {.state = ChannelState::down,
                                          .detail = "FAILED",
                                          .failures = 2,
                                          .restarted = kNow},
                            .changed = true,
                            .restart = true}));
}

TEST(ChannelCondition, NobodyRestartsWhatAPersonMustMend) {
  auto said = kDown;
  said.restart_helps = false;
  EXPECT_FALSE(judge_now(once_failed(), said).restart);
}

TEST(ChannelCondition, ACallThatFailsSaysWhy) {
  EXPECT_EQ(judge_now(once_failed(), Error{ErrorClass::deadline, "no answer in 10 s"}).condition,
            (ChannelCondition{
                .state = ChannelState::down, .detail = "no answer in 10 s", .failures = 2}));
}

TEST(ChannelCondition, ARestartIsGivenItsTime) {
  auto down = judge_now(once_failed(), kDown).condition;
  EXPECT_FALSE(judge(down, kDown, kNow + 9min, kWall).restart);
  EXPECT_TRUE(judge(down, kDown, kNow + 10min, kWall).restart);
}

TEST(ChannelCondition, AGoodWordEndsTheOutageAndIsAReturn) {
  const auto verdict =
      judge_now({.state = ChannelState::down, .failures = 7}, ChannelHealth{.state = "ok"});
  EXPECT_EQ(verdict.condition, (ChannelCondition{.state = ChannelState::online}));
  EXPECT_TRUE(verdict.changed && verdict.came_back);
}

TEST(ChannelCondition, AReservationOfTheProvidersIsNoReturn) {
  EXPECT_EQ(judge_now({.state = ChannelState::online}, ChannelHealth{.state = "degraded"}),
            (ChannelVerdict{.condition = {.state = ChannelState::degraded}, .changed = true}));
}

TEST(ChannelCondition, WhatEndsWithinADayIsSaidOnce) {
  const ChannelHealth soon{.state = "ok",
                           .expires_at_ms = (kWall + 23h).time_since_epoch().count()};
  const auto first = judge_now({.state = ChannelState::online}, soon);
  EXPECT_TRUE(first.ends_soon);
  EXPECT_FALSE(judge_now(first.condition, soon).ends_soon);
  const ChannelHealth renewed{.state = "ok",
                              .expires_at_ms = (kWall + 24h).time_since_epoch().count()};
  EXPECT_EQ(judge_now(first.condition, renewed).condition,
            (ChannelCondition{.state = ChannelState::online}));
}

}  // namespace
}  // namespace conserje
