#include "plugin/http/retry_after.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

using namespace std::chrono_literals;

const WallTime kNow = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + 8h + 49min + 7s;

TEST(RetryAfter, ReadsSeconds) {
  EXPECT_EQ(parse_retry_after("0", kNow), 0ms);
  EXPECT_EQ(parse_retry_after("120", kNow), 120s);
}

TEST(RetryAfter, ReadsTheThreeFormsOfAnHttpDate) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kNow), 30s);
  EXPECT_EQ(parse_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", kNow), 30s);
  EXPECT_EQ(parse_retry_after("Sun Nov  6 08:49:37 1994", kNow), 30s);
}

TEST(RetryAfter, OfThePastIsNow) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", kNow), 0ms);
}

TEST(RetryAfter, IsAtMostADay) {
  EXPECT_EQ(parse_retry_after("86401", kNow), 24h);
  EXPECT_EQ(parse_retry_after("99999999999999999999999", kNow), 24h);
  EXPECT_EQ(parse_retry_after("Wed, 09 Nov 1994 08:49:37 GMT", kNow), 24h);
}

TEST(RetryAfter, SaysNothingWhereItCannotBeRead) {
  for (const auto* value : {"", "soon", "-5", "1.5", "5 s", "-99999999999999999999999",
                            "12:", "Xxx, 99 Yyy 1994 08:49:37 GMT"})
    EXPECT_EQ(parse_retry_after(value, kNow), std::nullopt) << value;
}

}  // namespace
}  // namespace conserje
