#include "communication/channel_watch.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "fake_clock.hpp"

namespace conserje {
namespace {

using channel::ChannelHealth;

/// A channel whose provider says what the test says.
class ChannelWatchTest : public testing::Test {
 protected:
  std::vector<std::string> asked_{};
  Result<ChannelHealth> health_ = ChannelHealth{.state = "ok"};
  Result<ChannelHealth> after_restart_ = ChannelHealth{.state = "ok"};
  FakeClock clock_{};
  Metrics metrics_{};
  std::vector<std::string> lines_{};
  Log log_{[this](std::string_view line) { lines_.emplace_back(line); }, LogLevel::info, clock_};
  ChannelWatch watch_{{.health =
                           [this](const std::string& channel) {
                             asked_.push_back("health " + channel);
                             return health_;
                           },
                       .restart =
                           [this](const std::string& channel) {
                             asked_.push_back("restart " + channel);
                             return after_restart_;
                           },
                       .clock = clock_,
                       .metrics = metrics_,
                       .log = log_}};

  bool status_is(const std::string& value) {
    return metrics_.expose().find("channel_status{channel=\"waha\"} " + value + "\n") !=
           std::string::npos;
  }
};

TEST_F(ChannelWatchTest, TheFirstLookMayFindThatSomethingWasMissed) {
  EXPECT_TRUE(watch_.look("waha"));
  EXPECT_FALSE(watch_.look("waha"));
  EXPECT_TRUE(status_is("1"));
}

TEST_F(ChannelWatchTest, RestartsWhatHangsAndFindsItBack) {
  watch_.look("waha");
  health_ = ChannelHealth{.state = "down", .detail = "FAILED", .restart_helps = true};
  EXPECT_FALSE(watch_.look("waha"));
  EXPECT_TRUE(watch_.look("waha"));
  EXPECT_EQ(asked_, (std::vector<std::string>{"health waha", "health waha", "health waha",
                                              "restart waha"}));
  EXPECT_EQ(watch_.condition("waha").state, ChannelState::online);
}

TEST_F(ChannelWatchTest, ARestartThatDoesNotHelpIsNotRepeatedAtOnce) {
  health_ = after_restart_ = ChannelHealth{.state = "down", .restart_helps = true};
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(watch_.look("waha"));
  EXPECT_EQ(std::ranges::count(asked_, "restart waha"), 1);
  EXPECT_TRUE(status_is("3"));
}

TEST_F(ChannelWatchTest, SaysAnOutageOnce) {
  health_ = Error{ErrorClass::retry, "no route"};
  for (int i = 0; i < 5; ++i) watch_.look("waha");
  EXPECT_EQ(lines_.size(), 1U);
  EXPECT_NE(lines_.at(0).find("the channel is down"), std::string::npos);
  EXPECT_NE(lines_.at(0).find("no route"), std::string::npos);
}

}  // namespace
}  // namespace conserje
