#include "kit/report.hpp"

#include <gtest/gtest.h>

namespace conserje::kit {
namespace {

using enum Verdict::Outcome;

Report a_report() {
  Report report{.file = "p.so", .sha256 = "ab", .id = "a.b", .version = "1.0.0", .seed = 3};
  report.findings = {
      {.check = find_check("static.elf"), .verdict = {}, .seconds = 0.5},
      {.check = find_check("load.scan"), .verdict = {.outcome = skipped, .found = "no <time>"}},
      {.check = find_check("calls.valid"),
       .verdict = {.outcome = failed, .found = "it \"died\"", .needed = "life & limb"}}};
  return report;
}

TEST(Report, CountsAndNamesTheLevelThatWasPassed) {
  const auto json = to_json(a_report());
  EXPECT_EQ(json["passed"], 1);
  EXPECT_EQ(json["failed"], 1);
  EXPECT_EQ(json["skipped"], 1);
  EXPECT_EQ(json["level_passed"], 3);
  EXPECT_EQ(json["seed"], 3);
  EXPECT_EQ(json["checks"][2], (Json{{"level", 4},
                                     {"id", "calls.valid"},
                                     {"sentence", "It answers valid requests"},
                                     {"outcome", "failed"},
                                     {"found", "it \"died\""},
                                     {"needed", "life & limb"},
                                     {"seconds", 0.0}}));
}

TEST(Report, IsWellFormedJunit) {
  EXPECT_EQ(to_junit(a_report()),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"a.b\" tests=\"3\" failures=\"1\" skipped=\"1\">\n"
            "  <testcase classname=\"level 1\" name=\"static.elf\" time=\"0.500\"/>\n"
            "  <testcase classname=\"level 2\" name=\"load.scan\" time=\"0.000\">"
            "<skipped message=\"no &lt;time&gt;\"/></testcase>\n"
            "  <testcase classname=\"level 4\" name=\"calls.valid\" time=\"0.000\">"
            "<failure message=\"it &quot;died&quot;\">needed: life &amp; limb</failure>"
            "</testcase>\n</testsuite>\n");
}

TEST(Report, TellsHowToSeeTheFirstFailureAgain) {
  EXPECT_EQ(to_summary(a_report()),
            "1 passed, 1 failed, 1 skipped; seed 3\n"
            "again, alone and without a child: conserje-plugin test --in-process --seed 3 --only "
            "calls.valid p.so\n");
}

}  // namespace
}  // namespace conserje::kit
