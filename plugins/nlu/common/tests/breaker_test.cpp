#include "../breaker.hpp"

#include <gtest/gtest.h>

namespace conserje::nlu {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

/// A breaker that has failed as often as it takes, at second 0.
void open(Breaker& breaker) {
  for (int i = 0; i < Breaker::kFailures; ++i) {
    ASSERT_TRUE(breaker.allows(0));
    breaker.failed(0);
  }
}

TEST(Breaker, OpensAfterFailuresInARow) {
  Breaker breaker;
  open(breaker);
  EXPECT_TRUE(breaker.is_open());
  EXPECT_FALSE(breaker.allows(29 * kSecond));
}

TEST(Breaker, StaysClosedWhereSomethingSucceedsInBetween) {
  Breaker breaker;
  for (int i = 0; i < 2 * Breaker::kFailures; ++i) {
    EXPECT_TRUE(breaker.allows(0));
    i % 2 == 0 ? breaker.failed(0) : breaker.succeeded();
  }
  EXPECT_FALSE(breaker.is_open());
}

TEST(Breaker, LetsOneTryAfterAWhile) {
  Breaker breaker;
  open(breaker);
  EXPECT_TRUE(breaker.allows(30 * kSecond));
  EXPECT_FALSE(breaker.allows(30 * kSecond));
  breaker.failed(30 * kSecond);
  EXPECT_FALSE(breaker.allows(59 * kSecond));
  EXPECT_TRUE(breaker.allows(60 * kSecond));
  breaker.succeeded();
  EXPECT_TRUE(breaker.allows(60 * kSecond));
  EXPECT_TRUE(breaker.allows(60 * kSecond));
}

TEST(Breaker, RestsAsLongAsTheServerAsked) {
  Breaker breaker;
  ASSERT_TRUE(breaker.allows(0));
  breaker.failed(0, std::chrono::seconds(90));
  EXPECT_FALSE(breaker.allows(89 * kSecond));
  EXPECT_TRUE(breaker.allows(90 * kSecond));
}

}  // namespace
}  // namespace conserje::nlu
