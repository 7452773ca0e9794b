#include "retry_after.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conserje::webhook {
namespace {

using namespace std::chrono_literals;
using Wait = std::optional<std::chrono::milliseconds>;

constexpr std::int64_t kNow = 784'111'747'000;  // 1994-11-06T08:49:07Z

TEST(ParseRetryAfter, TakesSeconds) {
  EXPECT_EQ(parse_retry_after("120", kNow), Wait(120s));
  EXPECT_EQ(parse_retry_after("0", kNow), Wait(0s));
  EXPECT_EQ(parse_retry_after("00000000007", kNow), Wait(7s));
}

TEST(ParseRetryAfter, TakesTheThreeFormsOfADate) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kNow), Wait(30s));
  EXPECT_EQ(parse_retry_after("Sunday, 06-Nov-94 08:49:37 GMT", kNow), Wait(30s));
  EXPECT_EQ(parse_retry_after("Sun Nov  6 08:49:37 1994", kNow), Wait(30s));
}

TEST(ParseRetryAfter, IsZeroForADateThatIsPast) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:06 GMT", kNow), Wait(0s));
}

TEST(ParseRetryAfter, IsAtMostADay) {
  EXPECT_EQ(parse_retry_after("86401", kNow), Wait(24h));
  EXPECT_EQ(parse_retry_after("99999999999999999999", kNow), Wait(24h));
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 2044 08:49:37 GMT", kNow), Wait(24h));
}

TEST(ParseRetryAfter, GivesUpOnAnythingElse) {
  for (const auto* value : {"", "-1", "1.5", "soon", "12 s", "Sun, 31 Feb 1994 08:49:37 GMT",
                            "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT+1"})
    EXPECT_EQ(parse_retry_after(value, kNow), std::nullopt) << value;
  EXPECT_EQ(parse_retry_after(std::string(1'000'000, '1'), kNow), std::nullopt);
}

}  // namespace
}  // namespace conserje::webhook
