#include "pipeline/glob.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conserje {
namespace {

TEST(Glob, WithoutAStarIsTheWordItself) {
  EXPECT_TRUE(glob_matches("handoff.opened", "handoff.opened"));
  EXPECT_FALSE(glob_matches("handoff.opened", "handoff.opened2"));
  EXPECT_FALSE(glob_matches("handoff.opened", "handoff.opene"));
  EXPECT_FALSE(glob_matches("", "a"));
  EXPECT_TRUE(glob_matches("", ""));
}

TEST(Glob, AStarStandsForAnyRunDotsAndNothingIncluded) {
  EXPECT_TRUE(glob_matches("reservation.*", "reservation.created"));
  EXPECT_TRUE(glob_matches("reminder.*", "reminder.24h.sent"));
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_TRUE(glob_matches("reservation.*", "reservation."));
  EXPECT_FALSE(glob_matches("reservation.*", "reservation"));
}

TEST(Glob, SeveralStarsTryEveryWay) {
  EXPECT_TRUE(glob_matches("*.*h.sent", "reminder.24h.sent"));
  EXPECT_TRUE(glob_matches("*ab*ab", "abxabab"));
  EXPECT_FALSE(glob_matches("*ab*ab", "abx"));
}

TEST(Glob, AHostilePatternEndsSoon) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "a*";
  EXPECT_FALSE(glob_matches(pattern + "b", std::string(5'000, 'a')));
}

}  // namespace
}  // namespace conserje
