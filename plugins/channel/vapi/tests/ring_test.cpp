// Calls that we begin: what goes to VAPI, and that no guest is called twice.
#include "ring.hpp"

#include <gtest/gtest.h>

#include "conserje/testkit/fake_host.hpp"
#include "vapi.hpp"

namespace conserje::vapi {
namespace {

using channel::SendReply;
using channel::SendRequest;

constexpr auto* kAssistant = "7a7b7c7d-0001-4002-8003-9a9b9c9d9e9f";
constexpr auto* kCall =
    R"({"assistantId":"7a7b7c7d-0001-4002-8003-9a9b9c9d9e9f","assistantOverrides":{"variableValues":)"
    R"({"language":"es","parameter_1":"Su mesa está confirmada. Hasta luego."}},)"
    R"("customer":{"number":"+34655010203"},"name":"r_1",)"
    R"("phoneNumberId":"c1c2c3c4-d5d6-4e7f-8081-828384858687"})";
constexpr auto* kBegun =
    R"({"id":"5d0c1b2a-3e4f-4a5b-8c6d-7e8f90a1b2c3","orgId":"0a1b","type":"outboundPhoneCall",)"
    R"("status":"queued","monitor":{"controlUrl":"https://phone.vapi.ai/5d0c/control"}})";
constexpr auto* kId = "5d0c1b2a-3e4f-4a5b-8c6d-7e8f90a1b2c3";

SendRequest reply() {
  return {.recipient = "+34655010203",
          .template_ = channel::Template{.name = kAssistant,
                                         .language = "es",
                                         .parameters = {"Su mesa está confirmada.\nHasta luego."}},
          .language = "es",
          .reference = "r_1"};
}

class RingTest : public testing::Test {
 protected:
  RingTest() {
    host_.secrets = {{"secret:phone/secret", "vapi-secret-for-tests"},
                     {"secret:phone/api_key", "private-key"}};
    plugin_ = make();
  }
  std::unique_ptr<Vapi> make() {
    return *Vapi::create(host_.host(),
                         {{"auth", "secret"},
                          {"secret", "secret:phone/secret"},
                          {"api_key", "secret:phone/api_key"},
                          {"api_url", "https://api.test"},
                          {"phone_number_id", "c1c2c3c4-d5d6-4e7f-8081-828384858687"}});
  }
  void expect_call(Result<HttpResponse> response) {
    host_.expect(
        {.url = "https://api.test/call",
         .headers = {{"authorization", "Bearer private-key"}, {"content-type", "application/json"}},
         .body = kCall,
         .response = std::move(response)});
  }
  /// A minute before the first try.
  void expect_list(Result<HttpResponse> response) {
    host_.expect({.method = "GET",
                  .url = "https://api.test/call?limit=100&createdAtGt=2025-12-31T23:59:00.000Z",
                  .headers = {{"authorization", "Bearer private-key"}},
                  .response = std::move(response)});
  }
  void expect_list(const std::string& calls) {
    expect_list(HttpResponse{.status = 200, .body = "[" + calls + "]"});
  }
  Result<SendReply> ring() { return plugin_->send(testkit::FakeCall(host_), reply()); }

  testkit::FakeHost host_;
  std::unique_ptr<Vapi> plugin_;
};

const Result<SendReply> kCalled = SendReply{.message_ids = {kId}};
const Error kUnknown{ErrorClass::deadline, "no answer in time"};

TEST_F(RingTest, AsksForATemplateWhereNoCallLasts) {
  EXPECT_EQ(plugin_->send(testkit::FakeCall(host_),
                          {.recipient = "+34655010203", .text = "Sí", .reference = "r_1"}),
            Result(SendReply{.needs_template = true}));
}

TEST_F(RingTest, HasNobodyToCallWhereTheNumberIsHidden) {
  for (const auto* caller : {"call:5d0c", "sip:ana@example.org"})
    EXPECT_EQ(plugin_->send(testkit::FakeCall(host_),
                            {.recipient = caller, .text = "Sí", .reference = "r_1"}),
              Result<SendReply>(Error{ErrorClass::permanent, "vapi: the call has ended"}));
  auto hidden = reply();
  hidden.recipient = "call:5d0c";
  EXPECT_EQ(plugin_->send(testkit::FakeCall(host_), hidden).error().error_class,
            ErrorClass::permanent);
}

TEST_F(RingTest, BeginsACall) {
  expect_call(HttpResponse{.status = 201, .body = kBegun});
  EXPECT_EQ(ring(), kCalled);
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(RingTest, BeginsItOnce) {
  expect_call(HttpResponse{.status = 201, .body = kBegun});
  EXPECT_EQ(ring(), kCalled);
  plugin_ = make();
  EXPECT_EQ(ring(), kCalled);
  EXPECT_EQ(host_.sent.size(), 1U);
}

TEST_F(RingTest, FindsTheCallWhoseAnswerWasLost) {
  for (const auto* call :
       {R"({"id":"5d0c1b2a-3e4f-4a5b-8c6d-7e8f90a1b2c3","type":"outboundPhoneCall","name":"r_1"})",
        R"({"id":"5d0c1b2a-3e4f-4a5b-8c6d-7e8f90a1b2c3","type":"outboundPhoneCall",)"
        R"("customer":{"number":"+34655010203"}})"}) {
    host_.kv.clear();
    expect_call(kUnknown);
    EXPECT_EQ(ring().error(), kUnknown);
    expect_list(call);
    EXPECT_EQ(ring(), kCalled);
    EXPECT_EQ(host_.unmet(), 0U);
  }
}

TEST_F(RingTest, CallsAgainWhenNoCallWasBegun) {
  expect_call(HttpResponse{.status = 503});
  EXPECT_EQ(ring().error().error_class, ErrorClass::retry);
  host_.now_ms += 60'000;
  expect_list(
      R"({"id":"1","type":"inboundPhoneCall","customer":{"number":"+34655010203"}},)"
      R"({"id":"2","type":"outboundPhoneCall","name":"r_2","customer":{"number":"+34655010203"}},)"
      R"({"id":"3","type":"outboundPhoneCall","customer":{"number":"+34655010204"}})");
  expect_call(HttpResponse{.status = 201, .body = kBegun});
  EXPECT_EQ(ring(), kCalled);
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(RingTest, DoesNotCallAgainWhereItCannotKnow) {
  expect_call(HttpResponse{.status = 201, .body = "{}"});
  EXPECT_EQ(ring().error().error_class, ErrorClass::deadline);
  expect_list(kUnknown);
  EXPECT_EQ(ring().error(), (Error{ErrorClass::retry, "no answer in time"}));
  expect_list(HttpResponse{.status = 500});
  EXPECT_EQ(ring().error().error_class, ErrorClass::retry);
  expect_list(HttpResponse{.status = 200, .body = "<html>"});
  EXPECT_EQ(ring().error().error_class, ErrorClass::retry);
  std::string many = "{}";
  for (std::size_t i = 1; i < kMostListed; ++i) many += ",{}";
  expect_list(many);
  EXPECT_EQ(ring().error(),
            (Error{ErrorClass::permanent,
                   "vapi: whether the guest was called is lost among too many calls"}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(RingTest, GivesEachErrorItsClass) {
  for (const auto& [status, error_class] :
       {std::pair(400, ErrorClass::permanent), std::pair(401, ErrorClass::auth),
        std::pair(402, ErrorClass::config), std::pair(429, ErrorClass::retry)}) {
    host_.kv.clear();
    expect_call(HttpResponse{.status = status, .body = R"({"message":["x"],"statusCode":400})"});
    EXPECT_EQ(ring().error().error_class, error_class) << status;
  }
}

TEST_F(RingTest, ForgetsAfterAWeekWhomItCalled) {
  expect_call(HttpResponse{.status = 201, .body = kBegun});
  EXPECT_EQ(ring(), kCalled);
  host_.now_ms += Calls::kBegunLivesMs - 1;
  ASSERT_TRUE(plugin_->on_timer(testkit::FakeCall(host_), "forget_old"));
  EXPECT_EQ(host_.kv.size(), 1U);
  host_.now_ms += 1;
  ASSERT_TRUE(plugin_->on_timer(testkit::FakeCall(host_), "forget_old"));
  EXPECT_TRUE(host_.kv.empty());
}

TEST_F(RingTest, NeedsTheApiKey) {
  const auto made = Vapi::create(
      host_.host(),
      {{"auth", "secret"}, {"secret", "secret:phone/secret"}, {"phone_number_id", "c1c2"}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(),
            (Error{ErrorClass::config, "vapi: with phone_number_id, api_key is needed"}));
}

TEST(Ring, ShortensALongNameAlike) {
  auto request = reply();
  request.reference = std::string(60, 'r');
  const auto name = std::string(40, 'r');
  EXPECT_NE(to_call(request, "c1").find("\"name\":\"" + name + "\""), std::string::npos);
  EXPECT_EQ(find_call(R"([{"id":"7","type":"outboundPhoneCall","name":")" + name + "\"}]", request),
            Result(Found{.call_id = "7"}));
}

}  // namespace
}  // namespace conserje::vapi
