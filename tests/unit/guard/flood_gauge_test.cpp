#include "guard/flood_gauge.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{1'785'920'400'000ms};

/// Three events or more within 50 ms are a flood.
class FloodGaugeTest : public testing::Test {
 protected:
  void count(int events, WallTime at) {
    for (int i = 0; i < events; ++i) gauge_.count(at);
  }

  FloodGauge gauge_{3, 50ms};
};

TEST_F(FloodGaugeTest, IsQuietBeforeTheFirstEvent) { EXPECT_FALSE(gauge_.flooded(kStart)); }

TEST_F(FloodGaugeTest, IsQuietBelowTheLimit) {
  count(2, kStart);
  EXPECT_FALSE(gauge_.flooded(kStart));
}

TEST_F(FloodGaugeTest, IsFloodedAtTheLimit) {
  count(3, kStart);
  EXPECT_TRUE(gauge_.flooded(kStart));
}

TEST_F(FloodGaugeTest, StaysFloodedThroughTheNextWindow) {
  count(3, kStart);
  EXPECT_TRUE(gauge_.flooded(kStart + 99ms));
  count(1, kStart + 60ms);
  EXPECT_TRUE(gauge_.flooded(kStart + 99ms));
}

TEST_F(FloodGaugeTest, IsQuietAWindowLater) {
  count(3, kStart);
  EXPECT_FALSE(gauge_.flooded(kStart + 100ms));
  count(1, kStart + 100ms);
  EXPECT_FALSE(gauge_.flooded(kStart + 100ms));
}

TEST_F(FloodGaugeTest, TakesAClockThatWasSetBack) {
  count(3, kStart);
  count(1, kStart - 1h);
  EXPECT_FALSE(gauge_.flooded(kStart - 1h));
}

}  // namespace
}  // namespace conserje
