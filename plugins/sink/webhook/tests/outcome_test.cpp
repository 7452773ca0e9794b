#include "outcome.hpp"

#include <gtest/gtest.h>

namespace conserje::webhook {
namespace {

constexpr std::int64_t kNow = 1'767'225'600'000;

sink::DeliveryResult answered(std::int64_t status, std::vector<http::HttpHeader> headers = {}) {
  return outcome_of(HttpResponse{.status = status, .headers = std::move(headers)}, kNow);
}

TEST(OutcomeOf, IsOkFor2xxAlone) {
  EXPECT_EQ(answered(200), (sink::DeliveryResult{.status = "ok", .http_status = 200}));
  EXPECT_EQ(answered(299), (sink::DeliveryResult{.status = "ok", .http_status = 299}));
}

TEST(OutcomeOf, IsPermanentOnceTheReceiverIsGone) {
  EXPECT_EQ(answered(410),
            (sink::DeliveryResult{
                .status = "permanent", .http_status = 410, .error = "HTTP 410", .gone = true}));
}

TEST(OutcomeOf, IsAuthWhenTheReceiverDoesNotKnowUs) {
  for (const std::int64_t status : {401, 403})
    EXPECT_EQ(answered(status), (sink::DeliveryResult{.status = "auth",
                                                      .http_status = status,
                                                      .error = "HTTP " + std::to_string(status)}));
}

TEST(OutcomeOf, IsRetryForWhatMayHeal) {
  for (const std::int64_t status :
       {199, 300, 302, 308, 400, 404, 408, 422, 425, 429, 500, 502, 503, 504, 599})
    EXPECT_EQ(answered(status), (sink::DeliveryResult{.status = "retry",
                                                      .http_status = status,
                                                      .error = "HTTP " + std::to_string(status)}));
}

TEST(OutcomeOf, WaitsAsLongAsAThrottledReceiverAsks) {
  for (const std::int64_t status : {429, 502, 503, 504})
    EXPECT_EQ(answered(status, {{"Retry-After", "30"}}),
              (sink::DeliveryResult{.status = "retry",
                                    .http_status = status,
                                    .retry_after_ms = 30'000,
                                    .error = "HTTP " + std::to_string(status)}));
}

TEST(OutcomeOf, WaitsUntilTheDateThatAReceiverNames) {
  EXPECT_EQ(answered(503, {{"retry-after", "Thu, 01 Jan 2026 00:01:00 GMT"}}).retry_after_ms,
            60'000);
}

TEST(OutcomeOf, DoesNotWaitForWhatIsNotThrottled) {
  EXPECT_EQ(answered(500, {{"retry-after", "30"}}).retry_after_ms, 0);
}

TEST(OutcomeOf, SaysTheKindOfTroubleAndNothingOfTheHostsText) {
  const auto failed = [](ErrorClass error_class) {
    return outcome_of(Error{error_class, "connect to 10.0.0.7:8443: refused"});
  };
  const auto result = [](std::string status, std::string text) {
    return sink::DeliveryResult{.status = std::move(status), .error = std::move(text)};
  };
  EXPECT_EQ(failed(ErrorClass::retry), result("retry", "no connection"));
  EXPECT_EQ(failed(ErrorClass::deadline), result("retry", "no answer in time"));
  EXPECT_EQ(failed(ErrorClass::cancelled), result("retry", "interrupted"));
  EXPECT_EQ(failed(ErrorClass::permanent), result("retry", "the answer cannot be read"));
  EXPECT_EQ(failed(ErrorClass::bug), result("retry", "it could not be sent"));
  EXPECT_EQ(failed(ErrorClass::config), result("config", "the URL or its address is not allowed"));
}

TEST(OutcomeOf, HandsOnHowLongTheHostAsksToWait) {
  EXPECT_EQ(
      outcome_of(Error{ErrorClass::retry, "busy", std::chrono::milliseconds(250)}),
      (sink::DeliveryResult{.status = "retry", .retry_after_ms = 250, .error = "no connection"}));
}

}  // namespace
}  // namespace conserje::webhook
