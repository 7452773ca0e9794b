#include "plugin/worker/output.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

struct OutputTest : testing::Test {
  OutputLines output{};
  MonotonicTime now{1h};
};

TEST_F(OutputTest, MakesLinesOfWhateverPieces) {
  EXPECT_EQ(output.add("on", now), Lines{});
  EXPECT_EQ(output.add("e\ntwo\n\nth", now), (Lines{"one", "two"}));
  EXPECT_EQ(output.finish(now), Lines{"th"});
  EXPECT_EQ(output.finish(now), Lines{});
}

TEST_F(OutputTest, CutsALineThatIsTooLong) {
  const std::string line(OutputLines::kLineBytes, 'x');
  EXPECT_EQ(output.add(line + "yyy\n", now), Lines{line});
}

TEST_F(OutputTest, LeavesOutWhatIsTooMuchAndCountsIt) {
  std::string flood;
  for (int i = 0; i < 150; ++i) flood += "x\n";
  EXPECT_EQ(output.add(flood, now).size(), OutputLines::kLinesAtOnce);
  EXPECT_EQ(output.left_out(), 50U);
  EXPECT_EQ(output.left_out(), 0U);
  EXPECT_EQ(output.add(flood, now + 1s).size(), OutputLines::kLinesPerSecond);
}

}  // namespace
}  // namespace conserje
