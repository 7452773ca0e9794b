#include "webhook.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "conserje/testkit/fake_host.hpp"

namespace conserje::webhook {
namespace {

const std::string kUrl = "https://crm.example/hooks";
const std::string kBody =
    R"({"id":"evt_1","type":"test.ping","timestamp":"2025-12-31T23:00:00.000Z","data":{"n":1}})";
// Made with another implementation (Python's hmac) from "evt_1.1767225600." + kBody, and from
// kBody.
const std::string kCurrent = "v1,iwRWpfCR71t+YU++yvh/ZkiF0n1FreVsUzmQqKefysw=";
const std::string kPrevious = "v1,3FJdO4GxxRy0SlUwPI05jtgFrQeBZh7b6AwHv8caE1Q=";
const std::string kPlain =
    "sha256=7c130ba9fa22e699c585f55b5385ac81ec6e87838a2c70832422a085e3ee964a";

sink::Delivery ping(std::string id = "evt_1") {
  return {.event = {.id = std::move(id),
                    .type = "test.ping",
                    .timestamp_ms = 1'767'222'000'000,  // An hour before this attempt.
                    .data = {{"n", 1}}}};
}

class WebhookSink : public testing::Test {
 protected:
  WebhookSink() {
    fake_.secrets = {{"secret:crm/secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
                     {"secret:crm/previous_secret", "It's a Secret to Everybody"}};
  }

  Result<std::unique_ptr<Webhook>> make(const Json& changes = Json::object()) {
    Json config{{"url", kUrl}, {"secret", "secret:crm/secret"}};
    config.update(changes);
    return Webhook::create(fake_.host(), config);
  }
  Result<sink::DeliverReply> deliver(std::vector<sink::Delivery> deliveries,
                                     const Json& changes = Json::object()) {
    const auto webhook = make(changes);
    if (!webhook) return webhook.error();
    return (*webhook)->deliver(testkit::FakeCall(fake_), {std::move(deliveries)});
  }

  testkit::FakeHost fake_;
};

Result<sink::DeliverReply> results(std::vector<sink::DeliveryResult> list) {
  return sink::DeliverReply{std::move(list)};
}
const sink::DeliveryResult kOk{.status = "ok", .http_status = 200};

TEST(WebhookConfig, FitsTheSchemasExample) {
  std::ifstream file(CONSERJE_PLUGIN_FOLDER "/config.schema.json");
  const auto schema = Json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  EXPECT_EQ(decode_config<Config>(schema["examples"][0]),
            Result<Config>(Config{.url = "https://crm.example/hooks/conserje",
                                  .secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                                  .previous_secret = "It's a Secret to Everybody",
                                  .timeout_ms = 5000,
                                  .allow_private_addresses = true}));
}

TEST_F(WebhookSink, PostsAnEventWithBothSignatures) {
  fake_.expect({.url = kUrl,
                .headers = {{"content-type", "application/json"},
                            {"webhook-id", "evt_1"},
                            {"webhook-timestamp", "1767225600"},
                            {"webhook-signature", kCurrent},
                            {"x-signature", kPlain}},
                .body = kBody});
  EXPECT_EQ(deliver({ping()}), results({kOk}));
}

TEST_F(WebhookSink, SignsWithBothSecretsDuringARotation) {
  fake_.expect(
      {.url = kUrl,
       .headers = {{"webhook-signature", kCurrent + " " + kPrevious}, {"x-signature", kPlain}},
       .body = kBody});
  EXPECT_EQ(deliver({ping()}, {{"previous_secret", "secret:crm/previous_secret"}}), results({kOk}));
}

TEST_F(WebhookSink, GoesToTheTargetThatADeliveryNames) {
  fake_.expect({.url = "https://erp.example/in", .body = kBody});
  auto elsewhere = ping();
  elsewhere.target = "https://erp.example/in";
  EXPECT_EQ(deliver({elsewhere}), results({kOk}));
}

TEST_F(WebhookSink, TrustsNoUrlUnlessTheOperatorSaysSo) {
  fake_.answer_http([](const auto&, auto) { return HttpResponse{.status = 200}; });
  ASSERT_TRUE(deliver({ping()}));
  ASSERT_TRUE(deliver({ping()}, {{"allow_private_addresses", true}}));
  EXPECT_TRUE(fake_.sent[0].request.user_supplied);
  EXPECT_FALSE(fake_.sent[1].request.user_supplied);
}

TEST_F(WebhookSink, TakesNoLongerThanItsTimeout) {
  fake_.answer_http([](const auto&, auto) { return HttpResponse{.status = 200}; });
  ASSERT_TRUE(deliver({ping()}, {{"timeout_ms", 700}}));
  EXPECT_EQ(fake_.sent[0].request.timeout_ms, 700);
}

TEST_F(WebhookSink, AnswersForEachEventInOrder) {
  fake_.expect({.url = kUrl, .body = kBody, .response = HttpResponse{.status = 503}});
  fake_.expect({.url = kUrl, .body = kBody, .response = Error{ErrorClass::deadline, "10.0.0.7"}});
  fake_.expect({.url = kUrl, .body = kBody});
  EXPECT_EQ(deliver({ping(), ping(), ping()}),
            results({{.status = "retry", .http_status = 503, .error = "HTTP 503"},
                     {.status = "retry", .error = "no answer in time"},
                     kOk}));
}

TEST_F(WebhookSink, SendsNothingUnderAnIdThatCannotBeSigned) {
  EXPECT_EQ(deliver({ping("a.b")}),
            results({{.status = "permanent", .error = "its id cannot be signed"}}));
  EXPECT_TRUE(fake_.sent.empty());
}

TEST_F(WebhookSink, NeedsAUrlFromTheConfigurationOrTheDelivery) {
  EXPECT_EQ(deliver({ping()}, {{"url", ""}}),
            results({{.status = "config", .error = "no URL is configured"}}));
}

TEST_F(WebhookSink, IsNotMadeWithASecretThatCannotSign) {
  fake_.secrets["secret:crm/secret"] = "whsec_short";
  const auto webhook = make();
  ASSERT_FALSE(webhook);
  EXPECT_EQ(webhook.error(),
            (Error{ErrorClass::config,
                   "secret: after whsec_, 24 to 64 bytes in padded base64 are needed"}));
}

TEST_F(WebhookSink, TriesNothingWhenTheHostDoesNotGiveTheSecret) {
  const auto webhook = make();
  ASSERT_TRUE(webhook);
  fake_.secrets.clear();
  const auto reply = (*webhook)->deliver(testkit::FakeCall(fake_), {{ping()}});
  ASSERT_FALSE(reply);
  EXPECT_TRUE(fake_.sent.empty());
}

}  // namespace
}  // namespace conserje::webhook
