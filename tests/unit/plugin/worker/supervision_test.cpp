#include "plugin/worker/supervision.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace conserje {
namespace {

using namespace std::chrono_literals;
using Verdict = Supervision::Verdict;

struct SupervisionTest : testing::Test {
  Supervision supervision{{.deaths = 4, .within = 60s, .quarantine = 300s}};
  MonotonicTime now{1h};

  Verdict die(Millis after = 1s) { return supervision.died(now += after); }
};

TEST_F(SupervisionTest, StartsTheNextWorkerAtOnceAndThenLaterAndLater) {
  EXPECT_EQ(die(), (Verdict{0ms, false}));
  EXPECT_EQ(die(), (Verdict{50ms, false}));
  EXPECT_EQ(die(), (Verdict{200ms, false}));
}

TEST_F(SupervisionTest, AGoodCallMakesItForget) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(die(), (Verdict{0ms, false}));
    supervision.good_call();
  }
}

TEST_F(SupervisionTest, PutsIntoQuarantineWhatDiesAgainAndAgain) {
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(die().quarantine);
  EXPECT_EQ(die(), (Verdict{300s, true}));
  EXPECT_EQ(die(300s), (Verdict{300s, true}));  // The one try afterwards.
}

TEST_F(SupervisionTest, AGoodCallEndsTheQuarantine) {
  for (int i = 0; i < 4; ++i) die();
  supervision.good_call();
  EXPECT_EQ(die(), (Verdict{0ms, false}));
}

TEST_F(SupervisionTest, DeathsThatAreFarApartAreNoLoop) {
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(die(30s).quarantine);
}

TEST(HowItEnded, NamesTheSignalOrTheStatus) {
  EXPECT_EQ(how_it_ended(SIGSEGV), "SIGSEGV");
  EXPECT_EQ(how_it_ended(SIGABRT | 0x80), "SIGABRT");
  EXPECT_EQ(how_it_ended(3 << 8), "exit status 3");
  EXPECT_EQ(how_it_ended(std::nullopt), "an end that nobody saw");
}

}  // namespace
}  // namespace conserje
