#include "pace.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conserje::twilio {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kNow = 1'000'000'000'000;
constexpr std::uint64_t kSecond = 1'000'000'000;

TEST(Pace, LetsASecondsWorthGoAtOnceAndGivesPlacesToTheRest) {
  Pace pace(2);
  for (const auto* reference : {"a", "b", "c"})
    EXPECT_EQ(pace.wait(reference, 1, kNow), std::nullopt);
  EXPECT_EQ(pace.wait("d", 1, kNow), 500ms);
  EXPECT_EQ(pace.wait("e", 1, kNow), 1000ms);
}

TEST(Pace, LetsAMessageGoOnceItReturnsInItsPlace) {
  Pace pace(1);
  for (const auto* reference : {"a", "b"}) EXPECT_EQ(pace.wait(reference, 1, kNow), std::nullopt);
  EXPECT_EQ(pace.wait("c", 1, kNow), 1000ms);
  EXPECT_EQ(pace.wait("c", 1, kNow + kSecond / 4), 750ms);  // Too early: the place stays.
  EXPECT_EQ(pace.wait("d", 1, kNow + kSecond / 2), 1500ms);
  EXPECT_EQ(pace.wait("c", 1, kNow + kSecond), std::nullopt);
  EXPECT_EQ(pace.wait("d", 1, kNow + 2 * kSecond), std::nullopt);
}

TEST(Pace, CountsEachPart) {
  Pace pace(1);
  EXPECT_EQ(pace.wait("a", 5, kNow), std::nullopt);
  EXPECT_EQ(pace.wait("b", 1, kNow), 4000ms);
}

TEST(Pace, ForgetsAPlaceThatNobodyTakes) {
  Pace pace(1);
  EXPECT_EQ(pace.wait("a", 2, kNow), std::nullopt);
  EXPECT_EQ(pace.wait("b", 1, kNow), 1000ms);
  EXPECT_EQ(pace.wait("c", 4, kNow + 62 * kSecond), std::nullopt);
  EXPECT_EQ(pace.wait("b", 1, kNow + 62 * kSecond), 3000ms);
}

TEST(Pace, IsBounded) {
  Pace pace(1000);
  std::optional<std::chrono::milliseconds> longest;
  for (int n = 0; n < 100'000; ++n)
    if (const auto wait = pace.wait(std::to_string(n), 1, kNow); wait > longest) longest = wait;
  EXPECT_LE(*longest, 5100ms);
}

TEST(Pace, OfZeroIsNoLimit) {
  Pace pace(0);
  for (int n = 0; n < 1000; ++n) EXPECT_EQ(pace.wait("a", 10, kNow), std::nullopt);
}

}  // namespace
}  // namespace conserje::twilio
