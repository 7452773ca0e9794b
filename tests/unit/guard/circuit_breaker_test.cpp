#include "guard/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

using State = CircuitBreaker::State;
using namespace std::chrono_literals;

constexpr MonotonicTime kStart{};

/// A breaker that has just opened, at kStart.
CircuitBreaker opened() {
  CircuitBreaker breaker({.failures = 2, .open_for = 30s});
  breaker.failed(kStart);
  breaker.failed(kStart);
  return breaker;
}

TEST(CircuitBreaker, StaysClosedBelowItsLimit) {
  CircuitBreaker breaker({.failures = 2, .open_for = 30s});
  breaker.failed(kStart);
  EXPECT_EQ(breaker.state(), State::closed);
  EXPECT_TRUE(breaker.allows(kStart));
}

TEST(CircuitBreaker, CountsOnlyFailuresInARow) {
  CircuitBreaker breaker({.failures = 2, .open_for = 30s});
  breaker.failed(kStart);
  breaker.succeeded();
  breaker.failed(kStart);
  EXPECT_EQ(breaker.state(), State::closed);
}

TEST(CircuitBreaker, OpensAtItsLimitAndRefuses) {
  auto breaker = opened();
  EXPECT_EQ(breaker.state(), State::open);
  EXPECT_FALSE(breaker.allows(kStart + 29s));
}

TEST(CircuitBreaker, LetsOneCallTryAfterItsTime) {
  auto breaker = opened();
  EXPECT_TRUE(breaker.allows(kStart + 30s));
  EXPECT_EQ(breaker.state(), State::half_open);
  EXPECT_FALSE(breaker.allows(kStart + 30s));
}

TEST(CircuitBreaker, ClosesWhenTheTrySucceeds) {
  auto breaker = opened();
  ASSERT_TRUE(breaker.allows(kStart + 30s));
  breaker.succeeded();
  EXPECT_EQ(breaker.state(), State::closed);
}

TEST(CircuitBreaker, OpensAgainWhenTheTryFails) {
  auto breaker = opened();
  ASSERT_TRUE(breaker.allows(kStart + 30s));
  breaker.failed(kStart + 31s);
  EXPECT_EQ(breaker.state(), State::open);
  EXPECT_FALSE(breaker.allows(kStart + 60s));
  EXPECT_TRUE(breaker.allows(kStart + 61s));
}

}  // namespace
}  // namespace conserje
