#include "errors.hpp"

#include <gtest/gtest.h>

namespace conserje::whisper {
namespace {

using std::chrono::seconds;

ErrorClass class_of(std::int64_t status, std::string body = "") {
  const auto error = to_error({.status = status, .body = std::move(body)});
  return error ? error->error_class : ErrorClass::bug;
}

TEST(ToError, IsNoneForASuccess) {
  EXPECT_EQ(to_error({.status = 200}), std::nullopt);
  EXPECT_EQ(to_error({.status = 299}), std::nullopt);
}

TEST(ToError, HasTheClassOfTheStatus) {
  const std::pair<std::vector<std::int64_t>, ErrorClass> classes[] = {
      {{400, 413, 415, 422, 418}, ErrorClass::permanent},
      {{401, 403}, ErrorClass::auth},
      {{100, 301, 307, 404, 405}, ErrorClass::config},
      {{408, 409, 429, 500, 502, 503, 504, 529}, ErrorClass::retry}};
  for (const auto& [statuses, wanted] : classes)
    for (const auto status : statuses) EXPECT_EQ(class_of(status), wanted) << status;
}

TEST(ToError, TellsAnOperatorThatTheQuotaIsUsedUp) {
  EXPECT_EQ(to_error({.status = 429,
                      .body = R"({"error":{"message":"You exceeded","type":"insufficient_quota",)"
                              R"("param":null,"code":"insufficient_quota"}})"}),
            (Error{.error_class = ErrorClass::config,
                   .message = "HTTP 429: the account's quota is used up",
                   .vendor_code = "insufficient_quota"}));
}

TEST(ToError, WaitsAsLongAsItIsAskedTo) {
  EXPECT_EQ(to_error({.status = 429, .headers = {{"Retry-After", "20"}}}),
            (Error{.error_class = ErrorClass::retry,
                   .message = "HTTP 429: too many requests",
                   .retry_after = seconds(20),
                   .vendor_code = "429"}));
  EXPECT_EQ(to_error({.status = 503, .headers = {{"retry-after", "999999"}}})->retry_after,
            seconds(3600));
}

TEST(ToError, TakesNoWaitThatIsNoCountOfSeconds) {
  for (const auto* value : {"", "soon", "-1", "1.5", "99999999999999999999"})
    EXPECT_EQ(to_error({.status = 429, .headers = {{"retry-after", value}}})->retry_after,
              std::nullopt)
        << value;
}

TEST(ToError, RepeatsNothingOfWhatTheServerWrote) {
  const auto error = to_error(
      {.status = 401,
       .body = R"({"error":{"message":"Incorrect API key: sk-123","code":"key sk-123"}})"});
  EXPECT_EQ(error, (Error{.error_class = ErrorClass::auth,
                          .message = "HTTP 401: api_key is not accepted",
                          .vendor_code = "401"}));
}

TEST(ToError, TakesAnErrorThatIsAPlainText) {
  EXPECT_EQ(class_of(500, R"({"error":"out of memory"})"), ErrorClass::retry);
  EXPECT_EQ(class_of(502, "<html>"), ErrorClass::retry);
}

TEST(RefusesFormat, IsWhatTheParameterSays) {
  const std::string body = R"({"error":{"message":"","param":"response_format","code":"x"}})";
  EXPECT_TRUE(refuses_format({.status = 400, .body = body}));
  EXPECT_FALSE(refuses_format({.status = 500, .body = body}));
  EXPECT_FALSE(refuses_format({.status = 400, .body = R"({"error":{"param":"model"}})"}));
  EXPECT_FALSE(refuses_format({.status = 400, .body = R"({"error":"response_format"})"}));
}

}  // namespace
}  // namespace conserje::whisper
