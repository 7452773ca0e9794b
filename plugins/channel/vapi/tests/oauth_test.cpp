// Tokens that VAPI gets from us: for whom, for how long, and what it may not do with them.
#include "oauth.hpp"

#include <gtest/gtest.h>

#include "conserje/testkit/fake_host.hpp"
#include "signature.hpp"

namespace conserje::vapi {
namespace {

using channel::HttpAnswer;
using Headers = std::vector<http::HttpHeader>;

constexpr std::int64_t kAt = 1'767'225'600'000;
constexpr auto* kAsk = "grant_type=client_credentials&client_id=hotel&client_secret=the+secret%21";
const Config kConfig{.auth = "oauth2", .secret = "the secret!", .client_id = "hotel"};

class OAuthTest : public testing::Test {
 protected:
  Result<HttpAnswer> ask(std::string_view body, Headers headers = {},
                         const Config& config = kConfig) {
    headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    const auto block = testkit::header_block(headers);
    const WebhookDelivery delivery{
        .request = {.method = "POST", .received_at_ms = kAt}, .body = body, .header_block = block};
    const auto verifier = Verifier::create(config);
    EXPECT_TRUE(verifier->gives_tokens(delivery));
    return verifier->give_token(host_.host(), delivery);
  }
  std::string token(const Config& config = kConfig) {
    return *make_token(host_.host(), config.secret, kAt);
  }
  bool trusts(const std::string& authorization, std::int64_t now_ms = kAt,
              const Config& config = kConfig) {
    const auto block = testkit::header_block(
        {{"Content-Type", "application/json"}, {"authorization", authorization}});
    return !Verifier::create(config)->distrust(
        host_.host(), {.request = {.method = "POST", .received_at_ms = now_ms},
                       .body = R"({"message":{"type":"hang"}})",
                       .header_block = block});
  }

  testkit::FakeHost host_;
};

TEST_F(OAuthTest, GivesATokenToTheClientByTheForm) {
  const HttpAnswer expected{
      .status = 200,
      .content_type = "application/json",
      .body = R"({"access_token":")" + token() + R"(","expires_in":3600,"token_type":"Bearer"})"};
  EXPECT_EQ(ask(kAsk), Result(expected));
}

TEST_F(OAuthTest, GivesATokenToTheClientByItsHeader) {
  // "hotel:the+secret%21"
  const auto given = ask("grant_type=client_credentials",
                         {{"Authorization", "Basic aG90ZWw6dGhlK3NlY3JldCUyMQ=="}});
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_EQ(given->status, 200);
}

TEST_F(OAuthTest, GivesNothingToAnybodyElse) {
  for (const auto* body :
       {"", "grant_type=client_credentials",
        "grant_type=client_credentials&client_id=hotel&client_secret=other",
        "grant_type=client_credentials&client_id=other&client_secret=the+secret%21",
        "grant_type=client_credentials&client_id=hotel&client_secret="}) {
    const auto given = ask(body);
    ASSERT_FALSE(given) << body;
    EXPECT_EQ(given.error().error_class, ErrorClass::auth) << body;
  }
  EXPECT_FALSE(ask("grant_type=client_credentials", {{"Authorization", "Basic aG90ZWw="}}));
}

TEST_F(OAuthTest, KnowsOneGrant) {
  EXPECT_EQ(ask("grant_type=password&client_id=hotel&client_secret=the+secret%21"),
            Result(HttpAnswer{.status = 400,
                              .content_type = "application/json",
                              .body = R"({"error":"unsupported_grant_type"})"}));
}

TEST_F(OAuthTest, GivesTokensOnlyWhereTheCredentialHasSome) {
  const auto block = testkit::header_block({{"Content-Type", "application/x-www-form-urlencoded"}});
  const WebhookDelivery delivery{.body = kAsk, .header_block = block};
  EXPECT_FALSE(
      Verifier::create({.auth = "bearer", .secret = "the secret!"})->gives_tokens(delivery));
}

TEST_F(OAuthTest, BelievesATokenForAnHour) {
  EXPECT_TRUE(trusts("Bearer " + token()));
  EXPECT_TRUE(trusts("Bearer " + token(), kAt + 3'599'000));
  EXPECT_FALSE(trusts("Bearer " + token(), kAt + 3'600'000));
}

TEST_F(OAuthTest, BelievesATokenUnderTheClientsEarlierSecret) {
  auto changed = kConfig;
  changed.secret = "the new one";
  EXPECT_FALSE(trusts("Bearer " + token(), kAt, changed));
  changed.previous_secrets = {kConfig.secret};
  EXPECT_TRUE(trusts("Bearer " + token(), kAt, changed));
}

TEST_F(OAuthTest, RefusesEveryOtherToken) {
  const auto good = token();
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto changed = good;
    changed[at] = changed[at] == '1' ? '2' : '1';
    EXPECT_FALSE(trusts("Bearer " + changed)) << changed;
  }
  const std::string others[] = {"",
                                "Bearer ",
                                "Bearer ." + good,
                                good,
                                "Bearer " + good + "00",
                                "Bearer the secret!",
                                "Bearer 9999999999."};
  for (const auto& header : others) EXPECT_FALSE(trusts(header)) << header;
}

TEST_F(OAuthTest, RefusesATokenThatComesTwice) {
  const auto header = "Bearer " + token();
  const auto block = testkit::header_block({{"Authorization", header}, {"authorization", header}});
  EXPECT_EQ(Verifier::create(kConfig)->distrust(
                host_.host(),
                {.request = {.method = "POST", .received_at_ms = kAt}, .header_block = block}),
            "the header authorization is missing, empty or doubled");
}

}  // namespace
}  // namespace conserje::vapi
