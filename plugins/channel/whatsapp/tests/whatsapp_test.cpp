// The plugin as its host sees it: secrets, signatures, the handshake, and its requests to the API.
#include "whatsapp.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <utility>

#include "conserje/testkit/fake_host.hpp"

namespace conserje::whatsapp {
namespace {

using channel::HttpAnswer;
using channel::SendReply;
using channel::WebhookEvents;

// Bodies and their signatures by the secret wa-app-secret-for-tests.
constexpr std::string_view kEmpty = R"({"object":"whatsapp_business_account","entry":[]})";
constexpr std::string_view kEmptySignature =
    "sha256=307ec995eb998e41acb53801cd7ab9346646ce7b2a11e12d9b31d9ebce35185e";
constexpr std::string_view kEscaped =
    R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",)"
    R"("value":{"t":"ma\u00f1ana \ud83d\ude00 a\/b"}}]}]})";
constexpr std::string_view kUnescaped =
    R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",)"
    R"("value":{"t":"mañana 😀 a/b"}}]}]})";
constexpr std::string_view kEscapedSignature =
    "sha256=97a300f1cf1cd742f8e7b704138d0b868d329acb9ec68ba621fc820eee1dd393";

const Json kConfig = {{"phone_number_id", "415882930112233"},
                      {"access_token", "secret:wa/access_token"},
                      {"app_secret", "secret:wa/app_secret"},
                      {"verify_token", "secret:wa/verify_token"},
                      {"api_url", "http://graph.test/v23.0/"}};

class WhatsAppTest : public testing::Test {
 protected:
  WhatsAppTest() {
    host_.secrets = {{"secret:wa/access_token", "EAAG-token"},
                     {"secret:wa/app_secret", "wa-app-secret-for-tests"},
                     {"secret:wa/verify_token", "our token"}};
  }

  std::unique_ptr<WhatsApp> make(const Json& config = kConfig) {
    auto made = WhatsApp::create(host_.host(), config);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }

  Result<WebhookEvents> post(std::string_view body, const std::vector<http::HttpHeader>& headers,
                             const Json& config = kConfig) {
    const auto block = testkit::header_block(headers);
    return make(config)->handle_webhook(testkit::FakeCall(host_),
                                        {.request = {.method = "POST", .path = "/webhooks/wa"},
                                         .body = body,
                                         .header_block = block});
  }
  Result<WebhookEvents> post(std::string_view body, std::string_view signature) {
    return post(body, {{"X-Hub-Signature-256", std::string(signature)}});
  }

  std::optional<HttpAnswer> get(std::string query) {
    const auto events = make()->handle_webhook(
        testkit::FakeCall(host_),
        {.request = {.method = "GET", .path = "/webhooks/wa", .query = std::move(query)}});
    return events ? events->answer : std::nullopt;
  }

  /// Expects one POST of `body`, with everything that Meta wants to see around it.
  void expect_post(std::string body, Result<HttpResponse> response,
                   std::string url = "http://graph.test/v23.0/415882930112233/messages") {
    host_.expect(
        {.url = std::move(url),
         .headers = {{"authorization", "Bearer EAAG-token"}, {"content-type", "application/json"}},
         .body = std::move(body),
         .response = std::move(response)});
  }

  Result<SendReply> send(const channel::SendRequest& request) {
    return make()->send(testkit::FakeCall(host_), request);
  }

  testkit::FakeHost host_;
};

std::string body_of(std::string_view text, std::string_view to = "34655010203") {
  return R"({"messaging_product":"whatsapp","recipient_type":"individual","to":")" +
         std::string(to) + R"(","type":"text","text":{"body":")" + std::string(text) +
         R"(","preview_url":false},"biz_opaque_callback_data":"r1"})";
}

HttpResponse accepted(std::string_view id, std::string_view wa_id = "34655010203") {
  return {.status = 200,
          .body = R"({"contacts":[{"wa_id":")" + std::string(wa_id) + R"("}],"messages":[{"id":")" +
                  std::string(id) + R"("}]})"};
}

TEST_F(WhatsAppTest, AcceptsWhatIsSigned) {
  EXPECT_EQ(post(kEmpty, kEmptySignature), Result(WebhookEvents{}));
  EXPECT_EQ(post(kEscaped, kEscapedSignature), Result(WebhookEvents{.ignored = 1}));
}

TEST_F(WhatsAppTest, AcceptsUpperCaseDigits) {
  EXPECT_EQ(post(kEmpty, "sha256=307EC995EB998E41ACB53801CD7AB9346646CE7B2A11E12D9B31D9EBCE35185E"),
            Result(WebhookEvents{}));
}

TEST_F(WhatsAppTest, RefusesWhatIsNotSigned) {
  const std::string right(kEmptySignature);
  const auto hex = right.substr(7);
  auto one_bit = right;
  one_bit.back() = 'f';
  const std::vector<http::HttpHeader> refused[] = {
      {},
      {{"X-Hub-Signature", "sha1=" + hex.substr(0, 40)}},
      {{"X-Hub-Signature-256", ""}},
      {{"X-Hub-Signature-256", "sha256="}},
      {{"X-Hub-Signature-256", hex}},
      {{"X-Hub-Signature-256", "sha1=" + hex}},
      {{"X-Hub-Signature-256", "SHA256=" + hex}},
      {{"X-Hub-Signature-256", right.substr(0, right.size() - 1)}},
      {{"X-Hub-Signature-256", right + "0"}},
      {{"X-Hub-Signature-256", one_bit}},
      {{"X-Hub-Signature-256", "sha256=0x" + hex.substr(2)}},
      {{"X-Hub-Signature-256", "sha256= " + hex.substr(1)}},
      {{"X-Hub-Signature-256", "sha256=" + hex.substr(0, 62) + "zz"}},
      {{"X-Hub-Signature-256", std::string(kEscapedSignature)}},
      {{"X-Hub-Signature-256", right}, {"X-Hub-Signature-256", right}},
      {{"X-Hub-Signature-256", right}, {"x-hub-signature-256", one_bit}},
  };
  const Result<WebhookEvents> refusal =
      Error{ErrorClass::auth, "whatsapp: the signature does not match"};
  for (const auto& headers : refused)
    EXPECT_EQ(post(kEmpty, headers), refusal) << testkit::header_block(headers);

  EXPECT_EQ(post(kUnescaped, kEscapedSignature), refusal);
  std::string same_length(kEmpty);
  same_length[2] = 'x';
  EXPECT_EQ(post(same_length, kEmptySignature), refusal);
}

TEST_F(WhatsAppTest, AcceptsAnEarlierSecretAsLongAsItIsConfigured) {
  host_.secrets["secret:wa/app_secret"] = "the new one";
  EXPECT_FALSE(post(kEmpty, kEmptySignature));
  host_.secrets["secret:wa/old"] = "wa-app-secret-for-tests";
  auto config = kConfig;
  config["previous_app_secrets"] = {"secret:wa/old"};
  EXPECT_EQ(post(kEmpty, {{"x-hub-signature-256", std::string(kEmptySignature)}}, config),
            Result(WebhookEvents{}));
}

TEST_F(WhatsAppTest, AnswersTheHandshake) {
  const HttpAnswer answer{.status = 200, .content_type = "text/plain", .body = "1158201444"};
  EXPECT_EQ(get("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=our%20token"),
            answer);
  EXPECT_EQ(get("hub.verify_token=our+token&x&y=&hub%2Emode=subscribe&hub.challenge=1158201444"),
            answer);
}

TEST_F(WhatsAppTest, RefusesAHandshakeThatIsNotOurs) {
  for (const auto* query :
       {"", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=another",
        "hub.mode=subscribe&hub.challenge=1", "hub.mode=subscribe&hub.verify_token=our%20token",
        "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=our%20token",
        "hub.challenge=1&hub.verify_token=our%20token",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=our%2",
        "hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=our%20token",
        "hub.mode=subscribe&hub.challenge=1%0d%0a&hub.verify_token=our%20token"})
    EXPECT_EQ(get(query), HttpAnswer{.status = 403}) << query;
}

TEST_F(WhatsAppTest, ReflectsAChallengeUpToItsBound) {
  const std::string query = "hub.mode=subscribe&hub.verify_token=our%20token&hub.challenge=";
  const std::string longest(256, 'a');
  EXPECT_EQ(get(query + longest),
            (HttpAnswer{.status = 200, .content_type = "text/plain", .body = longest}));
  EXPECT_EQ(get(query + longest + "a"), HttpAnswer{.status = 403});
}

TEST_F(WhatsAppTest, AnswersOtherMethodsWith405) {
  EXPECT_EQ(make()->handle_webhook(testkit::FakeCall(host_), {.request = {.method = "PUT"}}),
            Result(WebhookEvents{.answer = HttpAnswer{.status = 405}}));
}

TEST_F(WhatsAppTest, ReadsDeliveriesOnSeveralThreadsAtOnce) {
  const auto plugin = make();
  const auto block =
      testkit::header_block({{"x-hub-signature-256", std::string(kEscapedSignature)}});
  std::vector<std::jthread> threads(4);
  for (auto& thread : threads)
    thread = std::jthread([&] {
      for (int n = 0; n < 50; ++n)
        EXPECT_EQ(plugin->handle_webhook(
                      testkit::FakeCall(host_),
                      {.request = {.method = "POST"}, .body = kEscaped, .header_block = block}),
                  Result(WebhookEvents{.ignored = 1}));
    });
}

TEST_F(WhatsAppTest, NeedsEachOfItsSecrets) {
  for (const auto* name : {"access_token", "app_secret", "verify_token"}) {
    const auto handle = "secret:wa/" + std::string(name);
    const auto value = std::exchange(host_.secrets[handle], "");
    const Error missing{ErrorClass::config,
                        "whatsapp: " + std::string(name) + " is missing or empty"};
    EXPECT_EQ(WhatsApp::create(host_.host(), kConfig).error(), missing);
    host_.secrets.erase(handle);
    EXPECT_EQ(WhatsApp::create(host_.host(), kConfig).error(), missing);
    host_.secrets[handle] = value;
  }
}

TEST_F(WhatsAppTest, SendsWithItsTokenAndReturnsTheId) {
  expect_post(body_of("Hola"), accepted("wamid.OUT1=="));
  EXPECT_EQ(send({.recipient = "+34655010203", .text = "Hola", .reference = "r1"}),
            Result(SendReply{.message_ids = {"wamid.OUT1=="}}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(WhatsAppTest, SendsFromTheAccountThatIsAsked) {
  expect_post(body_of("Hola"), accepted("wamid.OUT1=="), "http://graph.test/v23.0/999/messages");
  EXPECT_EQ(
      send({.account = "999", .recipient = "+34655010203", .text = "Hola", .reference = "r1"}),
      Result(SendReply{.message_ids = {"wamid.OUT1=="}}));
}

TEST_F(WhatsAppTest, SendsFromNothingButAPhoneNumberId) {
  for (const auto* account : {"../me", "12?x=", "hotel"})
    EXPECT_EQ(send({.account = account, .recipient = "+34655010203", .text = "Hola"}),
              Result<SendReply>(
                  Error{ErrorClass::config, "whatsapp: the account is not a phone number id"}));
  EXPECT_TRUE(host_.sent.empty());
}

TEST_F(WhatsAppTest, SaysUnderWhichNumberMetaKnowsTheGuest) {
  expect_post(body_of("Oi", "5511987654321"), accepted("wamid.OUT1==", "551187654321"));
  EXPECT_EQ(send({.recipient = "+5511987654321", .text = "Oi", .reference = "r1"}),
            Result(SendReply{.message_ids = {"wamid.OUT1=="}, .recipient_alias = "+551187654321"}));
}

TEST_F(WhatsAppTest, SendsTheNextPartOnlyAfterTheOneBefore) {
  const std::string first(4000, 'a');
  const std::string second(4000, 'b');
  const channel::SendRequest request{
      .recipient = "+34655010203", .text = first + " " + second, .reference = "r1"};
  expect_post(body_of(first), accepted("wamid.OUT1=="));
  expect_post(body_of(second), accepted("wamid.OUT2=="));
  EXPECT_EQ(send(request), Result(SendReply{.message_ids = {"wamid.OUT1==", "wamid.OUT2=="}}));

  expect_post(body_of(first), HttpResponse{.status = 503});
  EXPECT_EQ(send(request),
            Result<SendReply>(Error{ErrorClass::retry, "whatsapp: HTTP 503 (in part 1 of 2)"}));
  expect_post(body_of(first), accepted("wamid.OUT1=="));
  expect_post(body_of(second), HttpResponse{.status = 503});
  EXPECT_EQ(send(request),
            Result<SendReply>(Error{ErrorClass::retry, "whatsapp: HTTP 503 (in part 2 of 2)"}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(WhatsAppTest, PassesOnWhyTheNetworkFailed) {
  const Error errors[] = {{ErrorClass::retry, "connection refused"},
                          {ErrorClass::deadline, "no answer in time"},
                          {ErrorClass::config, "the address is not allowed"},
                          {ErrorClass::cancelled, "cancelled"}};
  for (const auto& error : errors) {
    expect_post(body_of("Hola"), error);
    EXPECT_EQ(send({.recipient = "+34655010203", .text = "Hola", .reference = "r1"}),
              Result<SendReply>(error));
  }
}

TEST_F(WhatsAppTest, CountsTheAttemptsOfTheHost) {
  testkit::FakeCall call(host_);
  call.wire.attempt = 3;
  expect_post(body_of("Hola"), HttpResponse{.status = 429, .body = R"({"error":{"code":131056}})"});
  EXPECT_EQ(make()->send(call, {.recipient = "+34655010203", .text = "Hola", .reference = "r1"}),
            Result<SendReply>(Error{ErrorClass::retry, "whatsapp: HTTP 429",
                                    std::chrono::seconds(64), "131056"}));
}

TEST_F(WhatsAppTest, AsksMetaForItsHealth) {
  host_.expect(
      {.method = "GET",
       .url = "http://graph.test/v23.0/415882930112233?fields=quality_rating,health_status",
       .headers = {{"authorization", "Bearer EAAG-token"}},
       .response = HttpResponse{.status = 200,
                                .body = R"({"health_status":{"can_send_message":"LIMITED"}})"}});
  EXPECT_EQ(make()->check_health(testkit::FakeCall(host_)),
            Result(channel::ChannelHealth{.state = "degraded"}));
}

TEST_F(WhatsAppTest, IsDownWhenMetaCannotBeReached) {
  host_.answer_http([](const auto&, auto) -> Result<HttpResponse> {
    return Error{ErrorClass::retry, "connection refused"};
  });
  EXPECT_EQ(make()->check_health(testkit::FakeCall(host_)),
            Result(channel::ChannelHealth{.state = "down", .detail = "connection refused"}));
}

TEST_F(WhatsAppTest, SaysWhatItCarries) {
  EXPECT_EQ(
      make()->capabilities(),
      (channel::Capabilities{
          .max_text = 4096, .max_buttons = 3, .max_list = 10, .location = true, .statuses = true}));
}

}  // namespace
}  // namespace conserje::whatsapp
