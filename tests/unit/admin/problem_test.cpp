#include "admin/problem.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

TEST(AdminProblem, HasTheMembersOfRfc9457) {
  EXPECT_EQ(to_response({.status = 404, .detail = "no \"a\"", .headers = {{"X-A", "b"}}}, "id-1"),
            (Response{.status = 404,
                      .body = R"({"type":"about:blank","title":"Not Found","status":404,)"
                              R"("detail":"no \"a\"","instance":"id-1"})",
                      .content_type = "application/problem+json",
                      .headers = {{"X-A", "b"}}}));
}

TEST(AdminProblem, PointsAtWhatIsWrongWithABody) {
  EXPECT_EQ(to_response({.status = 422, .detail = "d", .faults = {{"/name", "missing"}}}, "i").body,
            R"({"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"d",)"
            R"("instance":"i","errors":[{"pointer":"/name","detail":"missing"}]})");
}

TEST(AdminProblem, TellsWhatWasDoneAllTheSame) {
  EXPECT_EQ(to_response({.status = 409, .detail = "d", .results = "[1]"}, "i").body,
            R"({"type":"about:blank","title":"Conflict","status":409,"detail":"d","instance":"i",)"
            R"("results":[1]})");
}

}  // namespace
}  // namespace conserje
