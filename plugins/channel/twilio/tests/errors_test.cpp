// The vendor's table of error codes, and what each asks of us.
#include "errors.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace conserje::twilio {
namespace {

using namespace std::chrono_literals;
using enum ErrorClass;

constexpr std::int64_t kTenAtNight = 1'785'880'800'000 + 7 * 3'600'000;  // 2026-08-05T05:00Z

std::optional<Verdict> verdict_on(int code, std::uint32_t attempt = 1) {
  return judge(std::to_string(code), {.attempt = attempt});
}

Error error(std::int64_t status, std::string body, std::vector<http::HttpHeader> headers = {},
            std::uint32_t attempt = 1) {
  return to_error({.status = status, .headers = std::move(headers), .body = std::move(body)},
                  {.attempt = attempt});
}

TEST(Errors, OfEveryDocumentedCodeHaveTheirClass) {
  const std::map<ErrorClass, std::vector<int>> classes = {
      {auth, {20003}},
      {config, {20404, 20005, 20006, 20008, 21212, 21606, 21603, 21659, 21660,
                21703, 21704, 21408, 21608, 21655, 21656, 63027, 63028, 63029,
                63030, 30002, 30034, 30032, 63001, 63007, 63015, 63020, 63051}},
      {retry, {20429, 20500, 20503, 20504, 21611, 30001, 30003, 30008, 63012, 63018, 63019, 63038}},
      {permanent, {21211, 21214, 21217, 21401, 21614, 21635, 21610, 21612, 21602, 21617, 21619,
                   21620, 21623, 11751, 12300, 30004, 30005, 30006, 30007, 30036, 63003, 63005,
                   63013, 63021, 63014, 63016, 63024, 63025, 63032, 63033, 63049}}};
  for (const auto& [expected, codes] : classes)
    for (const int code : codes) {
      const auto found = verdict_on(code);
      ASSERT_TRUE(found) << code;
      EXPECT_EQ(found->error_class, expected) << code;
      EXPECT_NE(describe(std::to_string(code)), "") << code;
    }
}

TEST(Errors, OfUnknownCodesFollowTheirRange) {
  EXPECT_EQ(verdict_on(29999), Verdict{permanent});
  EXPECT_EQ(verdict_on(39998), (Verdict{retry, 300s}));
  EXPECT_EQ(verdict_on(39998, 2), Verdict{permanent});
  EXPECT_EQ(verdict_on(63998), (Verdict{retry, 300s}));
  EXPECT_EQ(verdict_on(63998, 2), Verdict{permanent});
  for (const auto* code : {"", "x", "12", "99999", "-1", "63016x", "999999999999999999999"}) {
    EXPECT_EQ(judge(code, {}), std::nullopt) << code;
    EXPECT_EQ(describe(code), "") << code;
  }
}

TEST(Errors, OfUncertainCodesArePermanentAfterOneMoreTry) {
  EXPECT_EQ(verdict_on(30003), (Verdict{retry, 3600s}));
  for (const int code : {30003, 30008, 63019}) EXPECT_EQ(verdict_on(code, 2), Verdict{permanent});
  EXPECT_EQ(verdict_on(63018, 100), (Verdict{retry, 60s}));
}

TEST(Errors, OfAClosedWindowAskForATemplate) {
  EXPECT_EQ(verdict_on(63016), (Verdict{.error_class = permanent, .needs_template = true}));
}

TEST(Errors, OfACarriersFilterAreToldToSomebody) {
  EXPECT_EQ(verdict_on(30007), (Verdict{.error_class = permanent, .alert = true}));
}

TEST(Errors, OfTooManyAtOnceWaitLongerEachTime) {
  EXPECT_EQ(verdict_on(20429, 0), (Verdict{retry, 1s}));
  EXPECT_EQ(verdict_on(20429, 1), (Verdict{retry, 1s}));
  EXPECT_EQ(verdict_on(20429, 3), (Verdict{retry, 4s}));
  EXPECT_EQ(verdict_on(20429, 1000), (Verdict{retry, 64s}));
}

TEST(Errors, OfTheDailyLimitWaitForTheNextDay) {
  EXPECT_EQ(judge("63038", {.now_ms = kTenAtNight}),
            (Verdict{retry, std::chrono::milliseconds(86'400'000 - kTenAtNight % 86'400'000)}));
}

TEST(Errors, FollowTheCodeRatherThanTheStatus) {
  EXPECT_EQ(error(400, R"({"code":21611,"message":"Queue full","status":400})"),
            (Error{retry, "twilio: HTTP 400, the number's queue is full", 60s, "21611"}));
  EXPECT_EQ(error(404, R"({"code":"21610"})"),
            (Error{permanent, "twilio: HTTP 404, the guest said STOP", {}, "21610"}));
  EXPECT_EQ(error(500, R"({"code":21211})").error_class, retry);
}

TEST(Errors, RepeatNothingThatTwilioSaid) {
  EXPECT_EQ(error(400, R"({"code":21211,"message":"The 'To' number +3465501 is not valid"})"),
            (Error{permanent, "twilio: HTTP 400, the recipient is no number", {}, "21211"}));
}

TEST(Errors, WithoutACodeThatWeKnowFollowTheStatus) {
  const std::map<std::int64_t, ErrorClass> classes = {
      {302, config},    {400, permanent}, {401, auth},  {403, config}, {404, config}, {408, retry},
      {413, permanent}, {429, retry},     {500, retry}, {502, retry},  {503, retry},  {504, retry}};
  for (const auto& [status, expected] : classes)
    for (const auto* body : {"<html>", "", "[]", R"({"code":null})", R"({"code":7})"})
      EXPECT_EQ(error(status, body).error_class, expected) << status << body;
}

TEST(Errors, WaitAsLongAsTwilioAsks) {
  EXPECT_EQ(error(429, "", {{"Retry-After", "7"}}).retry_after, 7s);
  EXPECT_EQ(error(503, "", {{"retry-after", "7"}}).retry_after, 7s);
  EXPECT_EQ(error(429, "", {}, 2).retry_after, 2s);
  EXPECT_EQ(error(503, "").retry_after, std::nullopt);
  EXPECT_EQ(error(429, "", {{"retry-after", "99999999"}}).retry_after, 86400s);
  EXPECT_EQ(error(400, R"({"code":21211})", {{"retry-after", "7"}}).retry_after, std::nullopt);
  for (const auto* unreadable : {"", "-1", "soon", "7s"})
    EXPECT_EQ(error(429, "", {{"retry-after", unreadable}}).retry_after, 1s) << unreadable;
}

}  // namespace
}  // namespace conserje::twilio
