#include "guard/rate_limit.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime kStart{1h};
constexpr auto kYes = std::nullopt;

/// A limit whose budget `source` has used up at kStart.
RateLimit used_up(const std::string& source) {
  RateLimit limit({.per_minute = 120});
  for (int i = 0; i < 120; ++i) EXPECT_EQ(limit.take(source, kStart), kYes);
  return limit;
}

TEST(RateLimit, GivesAMinutesBudgetAtOnceAndThenSaysHowLongToWait) {
  auto limit = used_up("10.0.0.1");
  EXPECT_EQ(limit.take("10.0.0.1", kStart), Millis(500));
  EXPECT_EQ(limit.take("10.0.0.1", kStart + 200ms), Millis(300));
}

TEST(RateLimit, FillsEvenly) {
  auto limit = used_up("10.0.0.1");
  EXPECT_EQ(limit.take("10.0.0.1", kStart + 500ms), kYes);
  EXPECT_EQ(limit.take("10.0.0.1", kStart + 500ms), Millis(500));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(limit.take("10.0.0.1", kStart + 1'500ms), kYes);
  EXPECT_EQ(limit.take("10.0.0.1", kStart + 1'500ms), Millis(500));
}

TEST(RateLimit, HoldsNoMoreThanAMinutesBudget) {
  auto limit = used_up("10.0.0.1");
  for (int i = 0; i < 120; ++i) EXPECT_EQ(limit.take("10.0.0.1", kStart + 1h), kYes);
  EXPECT_EQ(limit.take("10.0.0.1", kStart + 1h), Millis(500));
}

TEST(RateLimit, TakesNothingWhereItOnlyLooks) {
  RateLimit limit({.per_minute = 1});
  EXPECT_EQ(limit.wait("10.0.0.1", kStart), kYes);
  EXPECT_EQ(limit.take("10.0.0.1", kStart), kYes);
  EXPECT_EQ(limit.wait("10.0.0.1", kStart), Millis(60'000));
  EXPECT_EQ(limit.wait("10.0.0.1", kStart + 60s), kYes);
}

TEST(RateLimit, KeepsSourcesApart) {
  auto limit = used_up("10.0.0.1");
  EXPECT_EQ(limit.take("10.0.0.2", kStart), kYes);
}

TEST(RateLimit, ForgetsTheSourceThatWasSilentLongestWhenItsTableIsFull) {
  RateLimit limit({.per_minute = 1, .sources = 2});
  limit.take("a", kStart);
  limit.take("b", kStart);
  limit.take("a", kStart);
  limit.take("c", kStart);
  EXPECT_EQ(limit.sources(), 2U);
  EXPECT_EQ(limit.wait("b", kStart), kYes);
  EXPECT_EQ(limit.wait("a", kStart), Millis(60'000));
}

}  // namespace
}  // namespace conserje
