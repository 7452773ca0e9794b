// The vendor's table of error codes, and what each asks of us.
#include "errors.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace conserje::whatsapp {
namespace {

using document::Document;

using namespace std::chrono_literals;
using enum ErrorClass;

std::optional<Verdict> verdict(const std::string& error, std::uint32_t attempt = 1) {
  Document document;
  return judge(*document.parse(error), attempt);
}

std::optional<Verdict> verdict_on(int code, std::uint32_t attempt = 1) {
  return verdict(R"({"code":)" + std::to_string(code) + "}", attempt);
}

Error error(std::int64_t status, const std::string& body,
            std::vector<http::HttpHeader> headers = {}, std::uint32_t attempt = 1) {
  Document document;
  const auto root = document.parse(body);
  return to_error({.status = status, .headers = std::move(headers)},
                  root ? (*root)["error"] : Value(), attempt);
}

TEST(Errors, OfEveryDocumentedCodeHaveTheirClass) {
  const std::map<ErrorClass, std::vector<int>> classes = {
      {auth, {0, 190}},
      {config, {3,      10,     33,     200,    250,    299,    368,    130497,
                131005, 131030, 131031, 131037, 131042, 131044, 131045, 131063,
                132015, 132016, 132068, 133000, 133010, 133015, 139000, 139004}},
      {retry,
       {1, 2, 4, 80007, 130429, 131000, 131016, 131048, 131052, 131053, 131056, 131057, 131064,
        132069, 133016}},
      {permanent, {100,    130472, 131008, 131009, 131021, 131026, 131047, 131049,
                   131050, 131051, 131062, 132000, 132001, 132005, 132007, 132008,
                   132012, 135000, 137000, 138000, 138006, 138018, 139100, 139103}}};
  for (const auto& [expected, codes] : classes)
    for (const int code : codes) {
      const auto found = verdict_on(code);
      ASSERT_TRUE(found) << code;
      EXPECT_EQ(found->error_class, expected) << code;
    }
}

TEST(Errors, OfUnknownCodesAreNotJudged) {
  for (const int code : {-1, 5, 9, 300, 131001, 132013, 133017, 999999})
    EXPECT_EQ(verdict_on(code), std::nullopt) << code;
  EXPECT_EQ(verdict("{}"), std::nullopt);
  EXPECT_EQ(verdict(R"({"code":"x"})"), std::nullopt);
  EXPECT_EQ(verdict(R"({"code":"131047"})"), Verdict{permanent});
}

TEST(Errors, ThatAreTransientAreTriedAgain) {
  EXPECT_EQ(verdict(R"({"code":999999,"is_transient":true})"), Verdict{retry});
  EXPECT_EQ(verdict(R"({"code":100,"is_transient":true})"), Verdict{retry});
  EXPECT_EQ(verdict(R"({"code":190,"is_transient":true})"), Verdict{auth});
  EXPECT_EQ(verdict(R"({"code":100,"is_transient":false})"), Verdict{permanent});
}

TEST(Errors, OfUncertainCodesArePermanentAfterSomeTries) {
  EXPECT_EQ(verdict_on(1, 2), Verdict{retry});
  EXPECT_EQ(verdict_on(1, 3), Verdict{permanent});
  EXPECT_EQ(verdict_on(131052, 1), Verdict{retry});
  EXPECT_EQ(verdict_on(131052, 2), Verdict{permanent});
  EXPECT_EQ(verdict_on(131000, 100), Verdict{retry});
}

TEST(Errors, OfALimitSayHowLongToWait) {
  EXPECT_EQ(verdict_on(130429), (Verdict{retry, 10s}));
  EXPECT_EQ(verdict_on(80007), (Verdict{retry, 60s}));
  EXPECT_EQ(verdict_on(131048), (Verdict{retry, 3600s}));
}

TEST(Errors, OfTheLimitOfOneGuestWaitLongerEachTime) {
  EXPECT_EQ(verdict_on(131056, 0), (Verdict{retry, 4s}));
  EXPECT_EQ(verdict_on(131056, 1), (Verdict{retry, 4s}));
  EXPECT_EQ(verdict_on(131056, 2), (Verdict{retry, 16s}));
  EXPECT_EQ(verdict_on(131056, 3), (Verdict{retry, 64s}));
  EXPECT_EQ(verdict_on(131056, 1000), (Verdict{retry, 4096s}));
}

TEST(Errors, SayWhatElseTheyMean) {
  EXPECT_EQ(hint_of("131047"), (Hint{.needs_template = true}));
  EXPECT_EQ(hint_of("131048"), (Hint{.needs_person = true}));
  EXPECT_EQ(hint_of("131064"), (Hint{.needs_person = true}));
  EXPECT_EQ(hint_of("131056"), (Hint{.limit = Limit::one_guest}));
  for (const auto* code : {"130429", "4", "80007"})
    EXPECT_EQ(hint_of(code), (Hint{.limit = Limit::our_number})) << code;
  for (const auto* code : {"", "131026", "131049", "130472", "132001"})
    EXPECT_EQ(hint_of(code), Hint{}) << code;
}

TEST(Errors, ThatSendNothingWithoutAnAnswerMayBeTriedAgain) {
  EXPECT_EQ(nothing_sent({deadline, "late"}), (Error{retry, "late"}));
  EXPECT_EQ(nothing_sent({config, "no"}), (Error{config, "no"}));
}

TEST(Errors, SayWhatMetaSaid) {
  EXPECT_EQ(
      error(
          400,
          R"({"error":{"message":"(#131047) Re-engagement message","type":"OAuthException",)"
          R"("code":131047,"error_data":{"messaging_product":"whatsapp","details":"Message failed )"
          R"(to send because more than 24 hours have passed."},"fbtrace_id":"Az8or2yhqkZfEZ"}})"),
      (Error{permanent,
             "whatsapp: HTTP 400, (#131047) Re-engagement message: Message failed to send "
             "because more than 24 hours have passed. (fbtrace_id Az8or2yhqkZfEZ)",
             {},
             "131047"}));
}

TEST(Errors, SayToWhomTooMuchWasSent) {
  EXPECT_EQ(
      error(
          400,
          R"({"error":{"message":"(#131056) (Business Account, Consumer Account) pair rate limit hit",)"
          R"("type":"OAuthException","code":131056,"error_data":{"messaging_product":"whatsapp",)"
          R"("details":"Message failed to send because there were too many messages sent from this )"
          R"(phone number to the same phone number in a short period of time."},)"
          R"("fbtrace_id":"Az8or2yhqkZfEZ"}})"),
      (Error{retry,
             "whatsapp: HTTP 400, (#131056) (Business Account, Consumer Account) pair rate limit "
             "hit: Message failed to send because there were too many messages sent from this "
             "phone number to the same phone number in a short period of time. (fbtrace_id "
             "Az8or2yhqkZfEZ)",
             4s, "131056"}));
}

TEST(Errors, FollowTheCodeRatherThanTheStatus) {
  EXPECT_EQ(error(500, R"({"error":{"code":3,"message":"No capability"}})"),
            (Error{config, "whatsapp: HTTP 500, No capability", {}, "3"}));
  EXPECT_EQ(error(400, R"({"error":{"code":131016,"message":"Overloaded"}})"),
            (Error{retry, "whatsapp: HTTP 400, Overloaded", {}, "131016"}));
}

TEST(Errors, WithoutACodeThatWeKnowFollowTheStatus) {
  const std::map<std::int64_t, ErrorClass> classes = {
      {302, config},    {400, permanent}, {401, auth},  {403, config}, {404, config}, {408, retry},
      {413, permanent}, {429, retry},     {500, retry}, {502, retry},  {503, retry},  {504, retry}};
  for (const auto& [status, expected] : classes) {
    EXPECT_EQ(error(status, "<html>").error_class, expected) << status;
    EXPECT_EQ(error(status, R"({"error":{"code":999999}})").error_class, expected) << status;
  }
}

TEST(Errors, WaitAsLongAsMetaAsks) {
  EXPECT_EQ(error(429, "", {{"Retry-After", "7"}}).retry_after, 7s);
  EXPECT_EQ(error(503, "", {{"retry-after", "7"}}).retry_after, 7s);
  EXPECT_EQ(error(429, R"({"error":{"code":131056}})", {{"retry-after", "7"}}, 3).retry_after, 7s);
  EXPECT_EQ(error(429, R"({"error":{"code":131056}})", {}, 3).retry_after, 64s);
  EXPECT_EQ(error(429, R"({"error":{"code":131000}})").retry_after, 60s);
  EXPECT_EQ(error(429, "").retry_after, 60s);
  EXPECT_EQ(error(503, "").retry_after, std::nullopt);
  EXPECT_EQ(error(429, "", {{"retry-after", "99999999"}}).retry_after, 86400s);
  for (const auto* unreadable : {"", "-1", "soon", "7s", "Wed, 21 Oct 2026 07:28:00 GMT"})
    EXPECT_EQ(error(429, "", {{"retry-after", unreadable}}).retry_after, 60s) << unreadable;
}

TEST(Errors, ThatNoRetryMendsAskForNoWait) {
  EXPECT_EQ(error(400, R"({"error":{"code":100}})", {{"retry-after", "7"}}).retry_after,
            std::nullopt);
}

TEST(Errors, AreCutWhenMetaSaysTooMuch) {
  const auto text =
      error(400, R"({"error":{"code":100,"message":")" + std::string(5000, 'a') + "\"}}");
  EXPECT_EQ(text.message, "whatsapp: HTTP 400, " + std::string(299, 'a') + "…");
}

}  // namespace
}  // namespace conserje::whatsapp
