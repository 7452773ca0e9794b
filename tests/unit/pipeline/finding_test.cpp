#include "pipeline/finding.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace conserje {
namespace {

const Finding kUnknownKey{.at = {"config/dev.yaml", 12, 5},
                          .path = "lisen",
                          .found = "unknown key \"lisen\" in the top level",
                          .fix = "did you mean \"listen\"?",
                          .needed = "listen: an address and a port"};

TEST(Finding, ReadsLikeACompilersMessageWithTheRightShapeBelow) {
  EXPECT_EQ(to_string(kUnknownKey),
            "config/dev.yaml:12:5: error: unknown key \"lisen\" in the top level; did you mean "
            "\"listen\"?\n    needed: listen: an address and a port");
}

TEST(Finding, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(to_string(Finding{Severity::warning, {"a.yaml"}, "", "odd"}), "a.yaml: warning: odd");
}

TEST(Finding, AReportIsInTheOrderOfTheLinesAndCounts) {
  const std::vector<Finding> findings{kUnknownKey,
                                      {Severity::warning, {"config/dev.yaml", 2, 9}, "", "odd"},
                                      {Severity::error, {"config/dev.yaml", 2, 1}, "", "bad"}};
  EXPECT_EQ(report(findings),
            "config/dev.yaml:2:1: error: bad\n"
            "config/dev.yaml:2:9: warning: odd\n" +
                to_string(kUnknownKey) + "\n2 errors, 1 warning\n");
}

TEST(Finding, NothingFoundIsNothingSaid) { EXPECT_EQ(report({}), ""); }

TEST(Finding, WarningsAloneAreNoErrors) {
  const std::vector<Finding> warning{{Severity::warning, {}, "", "odd"}};
  EXPECT_FALSE(has_errors(warning));
  EXPECT_TRUE(has_errors({&kUnknownKey, 1}));
}

const std::vector<std::string> kKeys{"listen", "languages", "tenant", "time_zone", "to"};

TEST(Nearest, FindsAWordWithALetterWrongMissingTooManyOrSwapped) {
  for (const auto* word : {"lisden", "lisen", "listten", "litsen"})
    EXPECT_EQ(nearest(word, kKeys), "listen") << word;
}

TEST(Nearest, GuessesNothingForAWordThatIsFarFromAll) {
  EXPECT_EQ(nearest("webhooks", kKeys), "");
  EXPECT_EQ(nearest("at", kKeys), "");
  EXPECT_EQ(nearest("", kKeys), "");
}

TEST(Nearest, TakesTheNearestOfSeveral) {
  const std::vector<std::string> words{"handlerss", "handler", "handle"};
  EXPECT_EQ(nearest("handlr", words), "handler");
}

TEST(Nearest, DoesNotWorkOnWordsWithoutEnd) {
  EXPECT_EQ(nearest(std::string(1'000'000, 'a'), kKeys), "");
}

}  // namespace
}  // namespace conserje
