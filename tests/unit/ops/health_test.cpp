#include "ops/health.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace conserje {
namespace {

std::pair<int, std::string> ready_of(const std::vector<HealthCheck>& checks) {
  const auto report = ready(checks);
  return {report.status, nlohmann::json::parse(report.body).at("status")};
}

TEST(Health, LiveIsAlwaysOk) {
  EXPECT_EQ(live().status, 200);
  EXPECT_EQ(live().body, R"({"status":"ok"})");
}

TEST(Health, ReadyTellsEachCheckInItsOrder) {
  const auto report =
      ready(std::vector<HealthCheck>{{"store", true, HealthState::ok, ""},
                                     {"plugin mail", false, HealthState::down, "no \"route\""}});
  EXPECT_EQ(report.body,
            R"({"status":"degraded","checks":[)"
            R"({"name":"store","required":true,"state":"ok","detail":""},)"
            R"({"name":"plugin mail","required":false,"state":"down","detail":"no \"route\""}]})");
}

TEST(Health, ReadyWithoutChecksIsOk) { EXPECT_EQ(ready_of({}), std::pair(200, std::string("ok"))); }

TEST(Health, OnlySomethingRequiredThatIsDownMakesUnready) {
  EXPECT_EQ(ready_of({{"pms", true, HealthState::down}}), std::pair(503, std::string("down")));
  EXPECT_EQ(ready_of({{"pms", false, HealthState::down}}), std::pair(200, std::string("degraded")));
  EXPECT_EQ(ready_of({{"pms", true, HealthState::degraded}}),
            std::pair(200, std::string("degraded")));
}

TEST(Health, ALaterSmallTroubleDoesNotHideAnEarlierBigOne) {
  EXPECT_EQ(ready_of({{"store", true, HealthState::down}, {"mail", false, HealthState::degraded}}),
            std::pair(503, std::string("down")));
}

TEST(Health, ADetailThatIsNotUtf8StaysValidJson) {
  const auto report = ready(std::vector<HealthCheck>{{"x", true, HealthState::ok, "\xff"}});
  EXPECT_EQ(nlohmann::json::parse(report.body)["checks"][0]["detail"], "\uFFFD");
}

}  // namespace
}  // namespace conserje
