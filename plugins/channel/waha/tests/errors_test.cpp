// What each refusal of WAHA asks of us.
#include "errors.hpp"

#include <gtest/gtest.h>

namespace conserje::waha {
namespace {

using namespace std::chrono_literals;
using enum ErrorClass;

Error error(std::int64_t status, std::string body = "",
            std::vector<http::HttpHeader> headers = {}) {
  return to_error({.status = status, .headers = std::move(headers), .body = std::move(body)});
}

std::string session_is(const std::string& status) {
  return R"({"error":"Session status is not as expected. Try again later or restart the session",)"
         R"("session":"default","status":")" +
         status + R"(","expected":["WORKING"]})";
}

TEST(Errors, OfTheKeyArePeoples) {
  EXPECT_EQ(error(401, R"({"message":"Unauthorized","statusCode":401})"),
            (Error{auth, "waha: HTTP 401: the api_key is not WAHA's", {}, "401"}));
  EXPECT_EQ(error(403),
            (Error{config, "waha: HTTP 403: the api_key has not the right for this", {}, "403"}));
}

TEST(Errors, OfTheSessionSayWhoMustAct) {
  for (const std::string status : {"STARTING", "FAILED", "STOPPED"})
    EXPECT_EQ(error(422, session_is(status)),
              (Error{retry, "waha: the session is " + status, 15s, status}));
  for (const std::string status :
       {"SCAN_QR_CODE", "PASSKEY_REQUIRED", "PASSKEY_CONFIRMATION_REQUIRED"})
    EXPECT_EQ(error(422, session_is(status)),
              (Error{config,
                     "waha: the session is " + status + "; operator: link the phone again",
                     {},
                     status}));
  EXPECT_EQ(error(422, R"({"error":"Session \"x\" does not exist"})"),
            (Error{config, "waha: HTTP 422: the session does not exist", {}, "422"}));
}

TEST(Errors, OfTheRequestArePermanent) {
  EXPECT_EQ(error(404), (Error{permanent, "waha: HTTP 404: not found", {}, "404"}));
  EXPECT_EQ(error(422, R"({"message":"not implemented by engine"})"),
            (Error{permanent, "waha: HTTP 422: it does not take this request", {}, "422"}));
  EXPECT_EQ(error(400), (Error{permanent, "waha: HTTP 400", {}, "400"}));
}

TEST(Errors, OfTheServerPass) {
  for (const std::int64_t status : {500, 502, 503, 408})
    EXPECT_EQ(error(status),
              (Error{retry, "waha: HTTP " + std::to_string(status), {}, std::to_string(status)}));
  EXPECT_EQ(error(503, "<html>", {{"Retry-After", "7"}}),
            (Error{retry, "waha: HTTP 503", 7s, "503"}));
  EXPECT_EQ(error(504), (Error{deadline, "waha: HTTP 504", {}, "504"}));
}

TEST(Errors, OfALimitSayHowLong) {
  EXPECT_EQ(error(429, "", {{"Retry-After", "7"}}).retry_after, 7s);
  EXPECT_EQ(error(429, "", {{"retry-after", "99999"}}).retry_after, 1h);
  for (const auto* text : {"", "-1", "soon", "1.5"})
    EXPECT_EQ(error(429, "", {{"Retry-After", text}}), (Error{retry, "waha: HTTP 429", 60s, "429"}))
        << text;
}

TEST(Errors, OfAnEngineThatDoesNotKnowTheNumberArePermanent) {
  EXPECT_EQ(
      error(500, R"({"statusCode":500,"exception":{"message":"No LID for user","name":"Error"}})"),
      (Error{permanent, "waha: HTTP 500: the number is not on WhatsApp", {}, "500"}));
}

TEST(Errors, RepeatNothingOfTheRequest) {
  const auto found = error(500, R"({"exception":{"message":"t is not a function: secret words"},)"
                                R"("request":{"body":{"text":"secret words"}}})");
  EXPECT_EQ(found.message.find("secret"), std::string::npos);
}

TEST(Errors, KnowWhatIsNotWahas) {
  const Status foreign =
      Error{config, "waha: what answers at url is not WAHA: HTTP 200 without JSON"};
  EXPECT_EQ(check_is_wahas({.status = 200, .body = "<html>Log in</html>"}), foreign);
  for (const HttpResponse& ours :
       {HttpResponse{.status = 201, .body = ""}, HttpResponse{.status = 201, .body = "{}"},
        HttpResponse{.status = 502, .body = "<html>"}})
    EXPECT_EQ(check_is_wahas(ours), Status(Done{}));
  EXPECT_EQ(error(302).error_class, config);
}

}  // namespace
}  // namespace conserje::waha
