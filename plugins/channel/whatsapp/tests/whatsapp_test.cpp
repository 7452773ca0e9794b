// The plugin as its host sees it: secrets, signatures, the handshake, and its requests to the API.
#include <thread>

#include "plugin_test.hpp"

namespace conserje::whatsapp {
namespace {

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

TEST_F(WhatsAppTest, AcceptsWhatIsSigned) {
  EXPECT_EQ(post(kEmpty, kEmptySignature), Result(WebhookEvents{}));
  EXPECT_EQ(post(kEscaped, kEscapedSignature), Result(WebhookEvents{.ignored = 1}));
}

TEST_F(WhatsAppTest, FindsTheSignatureUnderAnyLetterCase) {
  for (const auto* name :
       {"X-Hub-Signature-256", "x-hub-signature-256", "X-HUB-SIGNATURE-256", "x-Hub-sIgNaTuRe-256"})
    EXPECT_EQ(post(kEmpty, {{name, std::string(kEmptySignature)}}), Result(WebhookEvents{}))
        << name;
}

TEST_F(WhatsAppTest, RefusesEachBodyOfWhichOneByteIsAnother) {
  for (std::size_t at = 0; at < kEscaped.size(); ++at) {
    std::string changed(kEscaped);
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(post(changed, kEscapedSignature)) << at;
  }
}

TEST_F(WhatsAppTest, RefusesAnotherKey) {
  for (const auto* key : {"wa-app-secret-for-test", "our token", "EAAG-token"}) {
    host_.secrets["secret:wa/app_secret"] = key;
    EXPECT_EQ(
        post(kEmpty, kEmptySignature),
        Result<WebhookEvents>(Error{ErrorClass::auth, "whatsapp: the signature does not match"}))
        << key;
  }
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

TEST_F(WhatsAppTest, SaysWhatItCarries) {
  EXPECT_EQ(make()->capabilities(), (channel::Capabilities{.max_text = 4096,
                                                           .max_buttons = 3,
                                                           .max_list = 10,
                                                           .audio = true,
                                                           .media = true,
                                                           .location = true,
                                                           .window_hours = 24,
                                                           .max_media_bytes = 67'108'864,
                                                           .statuses = true}));
}

}  // namespace
}  // namespace conserje::whatsapp
