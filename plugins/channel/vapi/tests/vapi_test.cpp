// The plugin as its host sees it: secrets, what it believes, what it remembers, and its health.
#include "vapi.hpp"

#include <gtest/gtest.h>

#include "answers.hpp"
#include "conserje/testkit/fake_host.hpp"

namespace conserje::vapi {
namespace {

using channel::ChannelHealth;
using channel::WebhookEvents;

const Json kConfig = {{"auth", "secret"},
                      {"secret", "secret:phone/secret"},
                      {"api_key", "secret:phone/api_key"},
                      {"api_url", "https://api.test/"}};

class VapiTest : public testing::Test {
 protected:
  VapiTest() {
    host_.secrets = {{"secret:phone/secret", "vapi-secret-for-tests"},
                     {"secret:phone/api_key", "private-key"}};
  }
  Result<std::unique_ptr<Vapi>> try_make(const Json& changes) {
    Json config = kConfig;
    config.update(changes);
    return Vapi::create(host_.host(), config);
  }
  std::unique_ptr<Vapi> make(const Json& changes = Json::object()) {
    auto made = try_make(changes);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
  Result<WebhookEvents> deliver(std::string_view body, std::string method = "POST",
                                std::string secret = "vapi-secret-for-tests") {
    const auto block = testkit::header_block({{"X-Vapi-Secret", std::move(secret)}});
    return make()->handle_webhook(testkit::FakeCall(host_),
                                  {.request = {.method = std::move(method),
                                               .path = "/webhooks/phone",
                                               .received_at_ms = host_.now_ms},
                                   .body = body,
                                   .header_block = block});
  }
  /// A status of the call `id` of one caller.
  void tell(std::string id, std::string status) {
    const auto events = deliver(
        R"({"message":{"type":"status-update","status":")" + status + R"(","call":{"id":")" + id +
        R"(","customer":{"number":"+34655010203"},"monitor":{"controlUrl":"https://c.vapi.ai/)" +
        id + "\"}}}}");
    ASSERT_TRUE(events) << events.error().message;
  }
  std::optional<RunningCall> running() { return *Calls(host_.host()).find("+34655010203"); }

  testkit::FakeHost host_;
};

TEST_F(VapiTest, NeedsItsSecrets) {
  for (const auto* name : {"secret", "api_key"}) {
    const auto made = try_make({{name, "secret:phone/none"}});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().error_class, ErrorClass::config);
    EXPECT_EQ(made.error().message, "vapi: " + std::string(name) + " is missing or empty");
  }
}

TEST_F(VapiTest, RefusesADestinationThatVapiWouldRefuse) {
  for (const auto* setting : {"assistant", "transfer", "handoff"})
    for (const auto* number : {"", "910552099", "+0910552099", "+34 910552099"})
      EXPECT_FALSE(
          try_make({{setting, {{"destination", {{"type", "number"}, {"number", number}}}}}}))
          << setting << " " << number;
  EXPECT_TRUE(
      try_make({{"transfer",
                 {{"destination",
                   {{"type", "number"}, {"number", "100"}, {"numberE164CheckEnabled", false}}}}}}));
  EXPECT_FALSE(try_make({{"assistant", {{"assistant_id", "x"}}}}));
}

TEST_F(VapiTest, BelievesWhoeverKnowsTheSecret) {
  EXPECT_EQ(deliver(R"({"message":{"type":"speech-update"}})"),
            Result(WebhookEvents{.ignored = 1}));
  EXPECT_TRUE(host_.log_lines.empty());
}

TEST_F(VapiTest, TellsTheOperatorWhyItDoesNotBelieveADelivery) {
  const auto events = deliver(R"({"message":{"type":"hang"}})", "POST", "another");
  ASSERT_FALSE(events);
  EXPECT_EQ(events.error().error_class, ErrorClass::auth);
  ASSERT_EQ(host_.log_lines.size(), 1U);
  EXPECT_EQ(
      host_.log_lines[0].fields,
      R"({"why":"the header x-vapi-secret holds another secret, or not the prefix that is set"})");
}

TEST_F(VapiTest, TakesOnlyPosts) {
  EXPECT_EQ(deliver("", "GET"),
            Result(WebhookEvents{.answer = channel::HttpAnswer{.status = 405}}));
}

TEST_F(VapiTest, RemembersACallWhileItLasts) {
  tell("call-1", "in-progress");
  EXPECT_EQ(running(), (RunningCall{"call-1", "https://c.vapi.ai/call-1", host_.now_ms}));
  tell("call-1", "ended");
  EXPECT_EQ(running(), std::nullopt);
}

TEST_F(VapiTest, KeepsTheNewerCallWhenTheEndOfAnOlderOneComesLate) {
  tell("call-1", "in-progress");
  tell("call-2", "in-progress");
  tell("call-1", "ended");
  EXPECT_EQ(running()->call_id, "call-2");
}

TEST_F(VapiTest, ForgetsCallsWhoseEndNobodyTold) {
  const auto plugin = make();
  ASSERT_TRUE(plugin->start(testkit::FakeCall(host_)));
  EXPECT_EQ(host_.timers.size(), 1U);
  tell("call-1", "in-progress");
  ASSERT_TRUE(plugin->on_timer(testkit::FakeCall(host_), "forget_old"));
  EXPECT_NE(running(), std::nullopt);
  host_.now_ms += Calls::kLongestCallMs;
  ASSERT_TRUE(plugin->on_timer(testkit::FakeCall(host_), "forget_old"));
  EXPECT_EQ(running(), std::nullopt);
}

TEST_F(VapiTest, PutsWhatIsSaidIntoVapisWords) {
  const std::vector<ToolCall> calls = {{"call_1", "thanks"}};
  EXPECT_EQ(
      make()->answer(testkit::FakeCall(host_),
                     {.said = {{.message_id = "m1", .texts = {"You are\nwelcome!"}}},
                      .context = tool_context(calls)}),
      Result(to_answer(
          {{"results",
            {{{"name", "thanks"}, {"toolCallId", "call_1"}, {"result", "You are. welcome!"}}}}})));
}

TEST_F(VapiTest, AsksForItsHealth) {
  const auto health = [this](Result<HttpResponse> response) {
    host_.expect({.method = "GET",
                  .url = "https://api.test/call?limit=1",
                  .headers = {{"authorization", "Bearer private-key"}},
                  .response = std::move(response)});
    return make()->check_health(testkit::FakeCall(host_));
  };
  EXPECT_EQ(health(HttpResponse{.status = 200, .body = "[]"}),
            Result(ChannelHealth{.state = "ok"}));
  EXPECT_EQ(health(HttpResponse{.status = 401, .body = R"({"message":"Invalid Key."})"}),
            Result(ChannelHealth{.state = "down", .detail = "vapi: HTTP 401, Invalid Key."}));
  EXPECT_EQ(health(HttpResponse{.status = 429}),
            Result(ChannelHealth{.state = "degraded", .detail = "vapi: HTTP 429"}));
  EXPECT_EQ(health(Error{ErrorClass::retry, "no route"}),
            Result(ChannelHealth{.state = "down", .detail = "no route"}));
}

TEST_F(VapiTest, SaysThatItDoesNotAskWithoutAKey) {
  Json config = kConfig;
  config.erase("api_key");
  const auto plugin = Vapi::create(host_.host(), config);
  ASSERT_TRUE(plugin);
  EXPECT_EQ((*plugin)->check_health(testkit::FakeCall(host_)),
            Result(ChannelHealth{.state = "ok", .detail = "not asked: api_key is not set"}));
}

}  // namespace
}  // namespace conserje::vapi
