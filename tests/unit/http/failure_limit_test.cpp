#include "http/failure_limit.hpp"

#include <gtest/gtest.h>

#include "support/fake_clock.hpp"

namespace conserje {
namespace {

class FailureLimitTest : public testing::Test {
 protected:
  FakeClock clock{};
  FailureLimit limit{2, {parse_network("10.0.0.1").value()}, clock};
};

TEST_F(FailureLimitTest, CountsOnlyFailures) {
  EXPECT_EQ(limit.exhausted("203.0.113.9"), std::nullopt);
  EXPECT_EQ(limit.count("203.0.113.9"), std::nullopt);
  EXPECT_EQ(limit.count("203.0.113.9"), std::nullopt);
  EXPECT_EQ(limit.exhausted("203.0.113.9"), Millis(30'000));
  EXPECT_EQ(limit.count("203.0.113.9"), Millis(30'000));
}

TEST_F(FailureLimitTest, EndsWithTime) {
  for (int i = 0; i < 3; ++i) limit.count("203.0.113.9");
  clock.advance(Millis(30'000));
  EXPECT_EQ(limit.count("203.0.113.9"), std::nullopt);
}

TEST_F(FailureLimitTest, TellsSourcesBehindATrustedProxyApart) {
  EXPECT_EQ(limit.source("10.0.0.1", "X-Forwarded-For: 203.0.113.9\r\n"), "203.0.113.9");
  EXPECT_EQ(limit.source("10.0.0.2", "X-Forwarded-For: 203.0.113.9\r\n"), "10.0.0.2");
}

TEST_F(FailureLimitTest, GoesByNewRulesAndForgetsNothing) {
  limit.count("203.0.113.9");
  limit.change(4, {parse_network("10.0.0.2").value()});
  EXPECT_EQ(limit.source("10.0.0.1", "X-Forwarded-For: 203.0.113.9\r\n"), "10.0.0.1");
  EXPECT_EQ(limit.source("10.0.0.2", "X-Forwarded-For: 203.0.113.9\r\n"), "203.0.113.9");
  EXPECT_EQ(limit.count("203.0.113.9"), std::nullopt);  // One of two was half of a minute's,
  EXPECT_EQ(limit.count("203.0.113.9"), std::nullopt);  // so two of four are left.
  EXPECT_EQ(limit.count("203.0.113.9"), Millis(15'000));
}

TEST(TooManyFailures, SaysWhenToComeBackInWholeSeconds) {
  const auto response = too_many_failures(Millis(1'001));
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(response.headers,
            (std::vector<std::pair<std::string, std::string>>{{"Retry-After", "2"}}));
}

}  // namespace
}  // namespace conserje
