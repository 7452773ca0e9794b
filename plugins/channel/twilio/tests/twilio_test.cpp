// The plugin as its host sees it: secrets, signatures, and its requests to the REST API.
#include "twilio.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <utility>

#include "conserje/testkit/fake_host.hpp"
#include "signature.hpp"

namespace conserje::twilio {
namespace {

using namespace std::chrono_literals;
using channel::HttpAnswer;
using channel::SendReply;
using channel::WebhookEvents;

constexpr auto* kApi = "http://twilio.test/2010-04-01/Accounts/AC00112233445566778899aabbccddeeff";
constexpr auto* kToken = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
constexpr auto* kHook = "https://guest.example.com/hooks/twilio";

const Json kConfig = {{"account_sid", "AC00112233445566778899aabbccddeeff"},
                      {"auth_token", "secret:tw/auth_token"},
                      {"sender", "whatsapp:+34910552010"},
                      {"api_url", "http://twilio.test/"},
                      {"messaging_url", "http://messaging.test"}};

Json with(Json config, const Json& changes) {
  config.update(changes);
  return config;
}

/// One delivery; what a test does not say is right.
struct Delivery {
  std::string url = kHook;
  std::string body{};
  std::vector<http::HttpHeader> headers{};
  std::string method = "POST";
  std::int64_t received_at_ms = 1'785'920'400'000;
};

class TwilioTest : public testing::Test {
 protected:
  TwilioTest() { host_.secrets = {{"secret:tw/auth_token", kToken}}; }

  std::unique_ptr<Twilio> make(const Json& config = kConfig) {
    auto made = Twilio::create(host_.host(), config);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }

  Result<WebhookEvents> post(const Delivery& delivery, const Json& config = kConfig) {
    return post(*make(config), delivery);
  }
  Result<WebhookEvents> post(const Twilio& plugin, const Delivery& delivery) {
    const auto block = testkit::header_block(delivery.headers);
    const auto query = delivery.url.find('?');
    return plugin.handle_webhook(
        testkit::FakeCall(host_),
        {.request = {.method = delivery.method,
                     .path = "/hooks/twilio",
                     .query = query == std::string::npos ? "" : delivery.url.substr(query + 1),
                     .public_url = delivery.url,
                     .received_at_ms = delivery.received_at_ms},
         .body = delivery.body,
         .header_block = block});
  }

  /// The signature that Twilio would make of a form that is posted to `url`.
  std::string signature(const std::string& url, std::string_view body, const char* token = kToken) {
    return base64(
        *host_.host().hmac(Digest::sha1, token, url + signed_parameters(url::parse_form(body))));
  }

  /// Expects a GET with our credential.
  void expect_get(std::string url, Result<HttpResponse> response) {
    host_.expect({.method = "GET",
                  .url = std::move(url),
                  .headers = {{"authorization", credentials_}},
                  .response = std::move(response)});
  }
  void expect_post(std::string body, Result<HttpResponse> response) {
    host_.expect({.url = std::string(kApi) + "/Messages.json",
                  .headers = {{"authorization", credentials_},
                              {"content-type", "application/x-www-form-urlencoded"}},
                  .body = std::move(body),
                  .response = std::move(response)});
  }

  testkit::FakeHost host_;
  std::string credentials_ =
      "Basic " + base64("AC00112233445566778899aabbccddeeff:" + std::string(kToken));
};

std::vector<http::HttpHeader> form_headers(std::string signature) {
  return {{"Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"},
          {"X-Twilio-Signature", std::move(signature)}};
}

HttpResponse ok(std::string body) { return {.status = 200, .body = std::move(body)}; }

// ---- Signatures. The vectors were made with the official library.

constexpr auto* kForm =
    "MessageSid=SM00000000000000000000000000000001&From=whatsapp%3A%2B34600111222&"
    "To=whatsapp%3A%2B34910000000&Body=%C2%BFMesa+para+2%3F+it%27s+ok+%26+%2B1&NumMedia=0&"
    "EmptyField=";
constexpr auto* kFormUrl = "https://guest.example.com/hooks/twilio?tenant=lobby";
constexpr auto* kFormSignature = "tLflJ87QM7QOkkCn/safFlz/2EE=";

TEST_F(TwilioTest, AcceptsTheFormsThatTwilioSigned) {
  const std::tuple<const char*, const char*, const char*> vectors[] = {
      {kFormUrl, kForm, kFormSignature},
      {kFormUrl, kForm, "Gh76OiAmYfNVOdl0CUVQxjKl/4c="},  // With the port.
      {"https://guest.example.com:443/hooks/twilio?tenant=lobby", kForm, kFormSignature},
      {"https://guest.example.com:8443/hooks/twilio?tenant=lobby", kForm,
       "zAdc2FU0m4ghLA29NRqVoOBRA4Q="},
      {kHook, "MediaUrl=b&MediaUrl=a&MediaUrl=a&Zed=1&abc=2", "G18ArCX94sglQmQdRRDuVkGmRyA="}};
  for (const auto& [url, body, signature] : vectors)
    EXPECT_TRUE(post({.url = url, .body = body, .headers = form_headers(signature)})) << url;
}

TEST_F(TwilioTest, AcceptsAnotherBodyByItsHash) {
  const Delivery json{
      .url = std::string(kHook) +
             "?bodySHA256=93a23971a914e5eacbf0a8d25154cda309c3c1c72fbb9914d47c60f3cb681588",
      .body = R"({"hello":"world"})",
      .headers = {{"content-type", "application/json"},
                  {"x-twilio-signature", "8tzBtjdE0rms2CI74Y3Fhkv4HGQ="}}};
  EXPECT_EQ(
      post(json),
      Result(WebhookEvents{
          .answer = HttpAnswer{.status = 200, .content_type = "text/xml", .body = "<Response/>"},
          .ignored = 1}));
  auto changed = json;
  changed.body = R"({"hello":"World"})";
  EXPECT_EQ(post(changed).error().error_class, ErrorClass::auth);
  changed = json;
  changed.url.back() = '9';
  EXPECT_EQ(post(changed).error().error_class, ErrorClass::auth);
  changed.url = std::string(kHook) + "?bodySHA256=";
  EXPECT_EQ(post(changed).error().error_class, ErrorClass::auth);
}

TEST_F(TwilioTest, AcceptsAHashInUpperCaseAndAFormByItsHash) {
  const auto digest = *host_.host().digest(Digest::sha256, kForm);
  std::string hex;
  for (const char byte : digest) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    hex += kDigits[static_cast<unsigned char>(byte) >> 4U];
    hex += kDigits[static_cast<unsigned char>(byte) & 15U];
  }
  const auto url = std::string(kHook) + "?bodySHA256=" + hex;
  EXPECT_TRUE(post({.url = url, .body = kForm, .headers = form_headers(signature(url, ""))}));
  // Never by the form's rule as well.
  EXPECT_FALSE(post({.url = url, .body = kForm, .headers = form_headers(signature(url, kForm))}));
}

TEST_F(TwilioTest, RefusesWhatIsNotSigned) {
  const std::string right(kFormSignature);
  auto one_bit = right;
  one_bit[0] = 's';
  const http::HttpHeader form{"Content-Type", "application/x-www-form-urlencoded"};
  const std::vector<http::HttpHeader> refused[] = {
      {form},
      {form, {"X-Twilio-Signature", ""}},
      {form, {"X-Twilio-Signature", one_bit}},
      {form, {"X-Twilio-Signature", right.substr(0, 27)}},
      {form, {"X-Twilio-Signature", right + "="}},
      {form, {"X-Twilio-Signature", right.substr(0, 26) + "F="}},  // The same bytes, not canonical.
      {form, {"X-Twilio-Signature", "tLflJ87QM7QOkkCn safFlz/2EE="}},
      {form, {"X-Twilio-Signature", right}, {"X-Twilio-Signature", right}},
      {form, {"X-Twilio-Signature", right}, {"x-twilio-signature", one_bit}},
      {form, {"X-Hub-Signature", right}},
      {{"Content-Type", "application/json"}, {"X-Twilio-Signature", right}},
      {{"X-Twilio-Signature", right}},
      {form, form, {"X-Twilio-Signature", right}},
  };
  for (const auto& headers : refused) {
    const auto events = post({.url = kFormUrl, .body = kForm, .headers = headers});
    ASSERT_FALSE(events) << testkit::header_block(headers);
    EXPECT_EQ(events.error().error_class, ErrorClass::auth);
  }
}

TEST_F(TwilioTest, RefusesEveryOtherByteUrlAndToken) {
  const auto headers = form_headers(kFormSignature);
  const std::string body(kForm);
  for (std::size_t at = 0; at < body.size(); ++at) {
    auto changed = body;
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(post({.url = kFormUrl, .body = changed, .headers = headers})) << changed;
  }
  for (const auto* url : {"http://guest.example.com/hooks/twilio?tenant=lobby",
                          "https://guest.example.com/hooks/twilio/?tenant=lobby",
                          "https://guest.example.com/hooks/twilio?tenant=Lobby",
                          "https://guest.example.com/hooks/twilio",
                          "https://other.example.com/hooks/twilio?tenant=lobby"})
    EXPECT_FALSE(post({.url = url, .body = kForm, .headers = headers})) << url;
  host_.secrets["secret:tw/auth_token"] = "another";
  EXPECT_FALSE(post({.url = kFormUrl, .body = kForm, .headers = headers}));
}

TEST_F(TwilioTest, AcceptsHeaderNamesInAnyCase) {
  for (const auto* name : {"x-twilio-signature", "X-TWILIO-SIGNATURE", "X-Twilio-Signature"})
    EXPECT_TRUE(post({.url = kFormUrl,
                      .body = kForm,
                      .headers = {{"CONTENT-TYPE", "Application/X-WWW-Form-Urlencoded"},
                                  {name, kFormSignature}}}));
}

TEST_F(TwilioTest, AcceptsAnEarlierTokenAsLongAsItIsConfigured) {
  host_.secrets["secret:tw/auth_token"] = "the new one";
  const Delivery delivery{.url = kFormUrl, .body = kForm, .headers = form_headers(kFormSignature)};
  EXPECT_FALSE(post(delivery));
  host_.secrets["secret:tw/old"] = kToken;
  EXPECT_TRUE(post(delivery, with(kConfig, {{"previous_auth_tokens", {"secret:tw/old"}}})));
}

TEST_F(TwilioTest, AcceptsAUrlWithAUser) {
  auto headers =
      form_headers(signature("https://bot:s3cret@guest.example.com/hooks/twilio", kForm));
  EXPECT_FALSE(post({.body = kForm, .headers = headers}));
  headers.push_back({"Authorization", "Basic " + base64("bot:s3cret")});
  EXPECT_TRUE(post({.body = kForm, .headers = headers}));
}

TEST_F(TwilioTest, ReadsAGetByTheQueryOfItsUrl) {
  const auto url =
      std::string(kHook) +
      "?MessageSid=SM1&From=whatsapp%3A%2B34655010203&To=whatsapp%3A%2B34910552010&Body=Hola";
  const auto events =
      post({.url = url, .headers = {{"X-Twilio-Signature", signature(url, "")}}, .method = "GET"});
  ASSERT_TRUE(events);
  EXPECT_EQ(events->messages.at(0).text, "Hola");
  EXPECT_FALSE(post({.url = url, .method = "GET"}));
}

TEST_F(TwilioTest, SignsAgainstItsOwnAddressWhereAProxyChangesPaths) {
  const auto config = with(kConfig, {{"webhook_url", "https://bot.example/in/twilio"}});
  const auto called = "https://bot.example/in/twilio?ref=r_1";
  EXPECT_TRUE(post({.url = std::string(kHook) + "?ref=r_1",
                    .body = kForm,
                    .headers = form_headers(signature(called, kForm))},
                   config));
  EXPECT_FALSE(post({.url = std::string(kHook) + "?ref=r_1",
                     .body = kForm,
                     .headers = form_headers(signature(std::string(kHook) + "?ref=r_1", kForm))},
                    config));
}

TEST_F(TwilioTest, SaysThatItMustBeToldItsAddress) {
  const auto events = post({.url = "", .body = kForm, .headers = form_headers(kFormSignature)});
  ASSERT_FALSE(events);
  EXPECT_EQ(events.error(),
            (Error{ErrorClass::config,
                   "twilio: signatures cover the URL that Twilio called, and it is not known; set "
                   "public_url in the pipeline, or webhook_url in the settings of this entry"}));
}

TEST_F(TwilioTest, LogsWhatARefusedSignatureWasCheckedAgainst) {
  auto headers = form_headers(kFormSignature);
  headers.push_back({"Host", "guest.example.com"});
  headers.push_back({"X-Forwarded-Proto", "https"});
  const auto refused = post({.url = "http://bot:s3cret@10.0.0.7:8080/hooks/twilio?tenant=lobby",
                             .body = std::string(kForm) + "&AccountSid=AC99",
                             .headers = headers});
  EXPECT_FALSE(refused);
  ASSERT_EQ(host_.log_lines.size(), 1U);
  EXPECT_EQ(host_.log_lines[0].message, "webhook refused: Twilio will not repeat it");
  EXPECT_EQ(*parse_json(host_.log_lines[0].fields),
            Json({{"reason", "the signature does not match"},
                  {"signed_against", "http://10.0.0.7:8080/hooks/twilio?tenant=..."},
                  {"host_header", "guest.example.com"},
                  {"forwarded_proto", "https"},
                  {"account", "another one, with another token"},
                  {"refused_since_last_line", 0}}));
}

TEST_F(TwilioTest, LogsARefusalOnceAMinute) {
  const auto plugin = make();
  Delivery unsigned_one{.body = kForm};
  for (int n = 0; n < 100; ++n) {
    EXPECT_FALSE(post(*plugin, unsigned_one));
    unsigned_one.received_at_ms += 599;
  }
  EXPECT_EQ(host_.log_lines.size(), 1U);
  unsigned_one.received_at_ms += 1000;
  EXPECT_FALSE(post(*plugin, unsigned_one));
  ASSERT_EQ(host_.log_lines.size(), 2U);
  EXPECT_EQ((*parse_json(host_.log_lines[1].fields))["refused_since_last_line"], 99);
}

TEST_F(TwilioTest, AnswersOtherMethodsWith405) {
  EXPECT_EQ(post({.method = "PUT"}), Result(WebhookEvents{.answer = HttpAnswer{.status = 405}}));
}

TEST_F(TwilioTest, ReadsDeliveriesOnSeveralThreadsAtOnce) {
  const auto plugin = make();
  std::vector<std::jthread> threads(4);
  for (auto& thread : threads)
    thread = std::jthread([&] {
      for (int n = 0; n < 50; ++n) {
        EXPECT_TRUE(post(
            *plugin, {.url = kFormUrl, .body = kForm, .headers = form_headers(kFormSignature)}));
        EXPECT_FALSE(post(*plugin, {.url = kFormUrl, .body = kForm}));
      }
    });
}

TEST_F(TwilioTest, NeedsItsSecrets) {
  host_.secrets["secret:tw/auth_token"] = "";
  EXPECT_EQ(Twilio::create(host_.host(), kConfig).error(),
            (Error{ErrorClass::config, "twilio: auth_token is missing or empty"}));
  host_.secrets["secret:tw/auth_token"] = kToken;
  EXPECT_EQ(Twilio::create(host_.host(), with(kConfig, {{"api_key_sid", "SK1"}})).error(),
            (Error{ErrorClass::config,
                   "twilio: api_key_sid and api_key_secret belong together; one of them is "
                   "missing"}));
}

// ---- Sending.

constexpr auto* kHola =
    "To=whatsapp%3A%2B34655010203&From=whatsapp%3A%2B34910552010&Body=Hola&ValidityPeriod=600";
const channel::SendRequest kHolaRequest{
    .recipient = "+34655010203", .text = "Hola", .reference = "r_1"};

TEST_F(TwilioTest, SendsAndReturnsTheId) {
  expect_post(kHola, HttpResponse{.status = 201, .body = R"({"sid":"SM1","status":"queued"})"});
  EXPECT_EQ(make()->send(testkit::FakeCall(host_), kHolaRequest),
            Result(SendReply{.message_ids = {"SM1"}}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(TwilioTest, SendsByItsApiKey) {
  host_.secrets["secret:tw/key"] = "k3y";
  credentials_ = "Basic " + base64("SK1:k3y");
  expect_post(kHola, HttpResponse{.status = 201, .body = R"({"sid":"SM1"})"});
  const auto config = with(kConfig, {{"api_key_sid", "SK1"}, {"api_key_secret", "secret:tw/key"}});
  EXPECT_TRUE(make(config)->send(testkit::FakeCall(host_), kHolaRequest));
}

TEST_F(TwilioTest, SaysThatATemplateIsNeeded) {
  expect_post(kHola, HttpResponse{.status = 400, .body = R"({"code":63016})"});
  EXPECT_EQ(make()->send(testkit::FakeCall(host_), kHolaRequest),
            Result(SendReply{.needs_template = true}));
}

TEST_F(TwilioTest, SendsTheNextPartOnlyAfterTheOneBefore) {
  const std::string first(1600, 'a');
  const std::string second(100, 'b');
  const channel::SendRequest request{.recipient = "+34655010203", .text = first + " " + second};
  const auto form = [](const std::string& text) {
    return "To=whatsapp%3A%2B34655010203&From=whatsapp%3A%2B34910552010&Body=" + text +
           "&ValidityPeriod=600";
  };
  expect_post(form(first), HttpResponse{.status = 201, .body = R"({"sid":"SM1"})"});
  expect_post(form(second), HttpResponse{.status = 201, .body = R"({"sid":"SM2"})"});
  const auto plugin = make();
  EXPECT_EQ(plugin->send(testkit::FakeCall(host_), request),
            Result(SendReply{.message_ids = {"SM1", "SM2"}}));
  expect_post(form(first), HttpResponse{.status = 201, .body = R"({"sid":"SM1"})"});
  expect_post(form(second), HttpResponse{.status = 503});
  EXPECT_EQ(plugin->send(testkit::FakeCall(host_), request),
            Result<SendReply>(Error{ErrorClass::retry, "twilio: HTTP 503 (in part 2 of 2)"}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(TwilioTest, PassesOnWhyTheNetworkFailed) {
  const auto plugin = make();
  for (const auto& error : {Error{ErrorClass::retry, "connection refused"},
                            Error{ErrorClass::deadline, "no answer in time"},
                            Error{ErrorClass::config, "the address is not allowed"}}) {
    expect_post(kHola, error);
    EXPECT_EQ(plugin->send(testkit::FakeCall(host_), kHolaRequest), Result<SendReply>(error));
  }
}

TEST_F(TwilioTest, WaitsALittleLongerThanItIsAskedTo) {
  testkit::FakeCall call(host_);
  call.wire.attempt = 3;
  expect_post(kHola, HttpResponse{.status = 429, .body = R"({"code":20429})"});
  const auto reply = make()->send(call, kHolaRequest);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error_class, ErrorClass::retry);
  EXPECT_GE(*reply.error().retry_after, 4s);
  EXPECT_LT(*reply.error().retry_after, 5s);
}

TEST_F(TwilioTest, KeepsItsMessagesPerSecond) {
  host_.answer_http([](const auto&, auto) -> Result<HttpResponse> {
    return HttpResponse{.status = 201, .body = R"({"sid":"SM1"})"};
  });
  const auto plugin = make(with(kConfig, {{"messages_per_second", 1}}));
  const auto send = [&](std::string reference) {
    auto request = kHolaRequest;
    request.reference = std::move(reference);
    return plugin->send(testkit::FakeCall(host_), request);
  };
  EXPECT_TRUE(send("a"));
  EXPECT_TRUE(send("b"));
  EXPECT_EQ(send("c"), Result<SendReply>(
                           Error{ErrorClass::retry, "twilio: more than messages_per_second", 1s}));
  host_.monotonic_ns += 1'000'000'000;
  EXPECT_TRUE(send("c"));
  EXPECT_EQ(host_.sent.size(), 3U);
}

TEST_F(TwilioTest, SaysWhatItCarries) {
  EXPECT_EQ(make()->capabilities(), (channel::Capabilities{.max_text = 1600,
                                                           .media = true,
                                                           .location = true,
                                                           .window_hours = 24,
                                                           .max_media_bytes = 16 * 1024 * 1024}));
  const Json choices = {{{"content_sid", "HX1"}, {"options", 2}},
                        {{"content_sid", "HX2"}, {"options", 3}},
                        {{"content_sid", "HX3"}, {"kind", "list"}, {"options", 10}}};
  const auto full =
      make(with(kConfig, {{"choices", choices}, {"webhook_url", kHook}}))->capabilities();
  EXPECT_EQ((std::vector<std::int64_t>{full.max_buttons, full.max_list}),
            (std::vector<std::int64_t>{3, 10}));
  EXPECT_TRUE(full.statuses);
  EXPECT_EQ(make(with(kConfig, {{"sender", "+34910552010"}}))->capabilities(),
            (channel::Capabilities{.max_text = 1600}));
}

// ---- What became of it.

TEST_F(TwilioTest, AsksForOneMessageByItsId) {
  const auto url = std::string(kApi) + "/Messages/SM1.json";
  expect_get(url, ok(R"({"sid":"SM1","status":"queued"})"));
  const channel::DeliveryStatusRequest request{.message_id = "SM1", .recipient = "+34655010203"};
  const auto plugin = make();
  EXPECT_EQ(plugin->delivery_status(testkit::FakeCall(host_), request),
            Result(channel::DeliveryStatusReply{.found = true}));
  expect_get(url, HttpResponse{.status = 404, .body = R"({"code":20404})"});
  EXPECT_EQ(plugin->delivery_status(testkit::FakeCall(host_), request),
            Result(channel::DeliveryStatusReply{}));
  expect_get(url, HttpResponse{.status = 503});
  EXPECT_EQ(plugin->delivery_status(testkit::FakeCall(host_), request),
            Result<channel::DeliveryStatusReply>(Error{ErrorClass::retry, "twilio: HTTP 503"}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(TwilioTest, LooksForAMessageOfUnknownOutcomeInTheList) {
  const auto first = std::string(kApi) + "/Messages.json?To=whatsapp%3A%2B34655010203&PageSize=50";
  const std::string next =
      "/2010-04-01/Accounts/AC00112233445566778899aabbccddeeff/Messages.json?Page=1";
  expect_get(first, ok(R"({"messages":[{"sid":"SM2","direction":"outbound-api","body":"Adiós",)"
                       R"("date_created":"Thu, 06 Aug 2026 09:00:02 +0000"}],"next_page_uri":")" +
                       next + R"("})"));
  expect_get("http://twilio.test" + next,
             ok(R"({"messages":[{"sid":"SM1","direction":"outbound-api","body":"Hola",)"
                R"("status":"sent","to":"whatsapp:+34655010203",)"
                R"("date_created":"Thu, 06 Aug 2026 09:00:00 +0000"},)"
                R"({"sid":"SM0","date_created":"Thu, 06 Aug 2026 08:00:00 +0000"}],)"
                R"("next_page_uri":")" +
                next + R"("})"));
  EXPECT_EQ(make()->delivery_status(testkit::FakeCall(host_), {.reference = "r_1",
                                                               .recipient = "+34655010203",
                                                               .text = "Hola",
                                                               .since_ms = 1'786'006'800'500}),
            Result(channel::DeliveryStatusReply{
                .found = true,
                .status = channel::DeliveryStatus{.message_id = "SM1",
                                                  .status = "sent",
                                                  .recipient_id = "+34655010203",
                                                  .reference = "r_1",
                                                  .timestamp_ms = 1'786'006'800'000}}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(TwilioTest, FollowsAListOnlyAtItsOwnApi) {
  const auto first = std::string(kApi) + "/Messages.json?To=whatsapp%3A%2B34655010203&PageSize=50";
  for (const auto* elsewhere : {"@evil.example/x", "//evil.example/x", ".evil.example/",
                                "/2010-04-01/Accounts/AC9/Messages.json?Page=1"}) {
    expect_get(first, ok(R"({"messages":[],"next_page_uri":")" + std::string(elsewhere) + R"("})"));
    EXPECT_EQ(make()->delivery_status(testkit::FakeCall(host_), {.recipient = "+34655010203"}),
              Result(channel::DeliveryStatusReply{}));
  }
}

TEST_F(TwilioTest, EndsAListThatHasNoEnd) {
  host_.answer_http([](const auto&, auto) -> Result<HttpResponse> {
    return ok(
        R"({"messages":[],"next_page_uri":"/2010-04-01/Accounts/AC00112233445566778899aabbccddeeff/Messages.json?Page=1"})");
  });
  EXPECT_TRUE(make()->delivery_status(testkit::FakeCall(host_), {.recipient = "+34655010203"}));
  EXPECT_EQ(host_.sent.size(), 20U);
}

TEST_F(TwilioTest, TriesAgainWhenAnAnswerCannotBeRead) {
  host_.answer_http([](const auto&, auto) -> Result<HttpResponse> { return ok("<html>"); });
  const auto reply =
      make()->delivery_status(testkit::FakeCall(host_), {.recipient = "+34655010203"});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error_class, ErrorClass::retry);
}

// ---- What came in.

std::string day_url(const char* direction, const char* date) {
  return std::string(kApi) + "/Messages.json?" + direction +
         "=whatsapp%3A%2B34910552010&DateSent=" + date + "&PageSize=500";
}

std::string listed(const std::string& sid, const std::string& time, const std::string& more = "") {
  return R"({"sid":")" + sid + R"(","direction":"inbound","from":"whatsapp:+34655010203",)" +
         R"("to":"whatsapp:+34910552010","body":"Hola )" + sid +
         R"(","status":"received","date_sent":"Thu, )" + time + R"( +0000")" + more + "}";
}

HttpResponse page(const std::string& messages) { return ok(R"({"messages":[)" + messages + "]}"); }

std::vector<std::string> ids(const channel::ListSinceReply& reply) {
  std::vector<std::string> out;
  for (const auto& message : reply.messages) out.push_back(message.id);
  return out;
}

TEST_F(TwilioTest, ListsWhatCameDayByDayOldestFirst) {
  host_.now_ms = 1'786'006'800'000 + 86'400'000;  // 2026-08-07T09:00Z
  expect_get(day_url("To", "2026-08-06"), page(listed("SM2", "06 Aug 2026 10:00:00") + "," +
                                               listed("SM1", "06 Aug 2026 09:30:00") + "," +
                                               listed("SM0", "06 Aug 2026 08:59:59")));
  expect_get(
      day_url("From", "2026-08-06"),
      page(R"({"sid":"SM9","direction":"outbound-api","status":"delivered",)"
           R"("to":"whatsapp:+34655010203","date_sent":"Thu, 06 Aug 2026 09:31:00 +0000"})"));
  expect_get(day_url("To", "2026-08-07"),
             page(listed("MM3", "07 Aug 2026 08:00:00", R"(,"num_media":"1")")));
  expect_get(std::string(kApi) + "/Messages/MM3/Media.json",
             ok(R"({"media_list":[{"sid":"ME1","content_type":"image/jpeg"}]})"));
  expect_get(day_url("From", "2026-08-07"), page(""));
  const auto reply =
      make()->list_since(testkit::FakeCall(host_), {.since_ms = 1'786'006'800'000, .limit = 100});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(ids(*reply), (std::vector<std::string>{"SM1", "SM2", "MM3"}));
  EXPECT_EQ(reply->messages[0], (channel::UnifiedMessage{.id = "SM1",
                                                         .account = "+34910552010",
                                                         .sender_id = "+34655010203",
                                                         .type = "text",
                                                         .text = "Hola SM1",
                                                         .timestamp_ms = 1'786'008'600'000}));
  EXPECT_EQ(reply->messages[2].media->reference, "ME1");
  EXPECT_EQ(reply->statuses,
            (std::vector<channel::DeliveryStatus>{{.message_id = "SM9",
                                                   .status = "delivered",
                                                   .recipient_id = "+34655010203",
                                                   .timestamp_ms = 1'786'008'660'000}}));
  EXPECT_EQ(reply->next_cursor, "");
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(TwilioTest, GoesOnWhereTheListStopped) {
  host_.now_ms = 1'786'006'800'000 + 7'200'000;
  host_.answer_http([](const auto& request, auto) -> Result<HttpResponse> {
    if (request.url.find("?To=") == std::string::npos) return page("");
    return page(listed("SM3", "06 Aug 2026 10:20:00") + "," +
                listed("SM2", "06 Aug 2026 10:10:00") + "," +
                listed("SM1", "06 Aug 2026 10:00:00"));
  });
  const auto plugin = make();
  channel::ListSinceRequest request{.since_ms = 1'786'006'800'000, .limit = 2};
  const auto first = plugin->list_since(testkit::FakeCall(host_), request);
  ASSERT_TRUE(first);
  EXPECT_EQ(ids(*first), (std::vector<std::string>{"SM1", "SM2"}));
  EXPECT_EQ(first->next_cursor, "20671/SM2");
  request.cursor = first->next_cursor;
  const auto second = plugin->list_since(testkit::FakeCall(host_), request);
  ASSERT_TRUE(second);
  EXPECT_EQ(ids(*second), std::vector<std::string>{"SM3"});
  EXPECT_EQ(second->next_cursor, "");
  for (const auto* cursor : {"x", "/", "20671", "SM2"}) {
    request.cursor = cursor;
    EXPECT_FALSE(plugin->list_since(testkit::FakeCall(host_), request)) << cursor;
  }
}

TEST_F(TwilioTest, ListsAMonthAtMost) {
  host_.answer_http([](const auto&, auto) -> Result<HttpResponse> { return page(""); });
  EXPECT_TRUE(make()->list_since(testkit::FakeCall(host_), {.since_ms = 0, .limit = 10}));
  EXPECT_EQ(host_.sent.size(), 2U * 32U);
}

// ---- Health.

TEST_F(TwilioTest, AsksForItsAccountAndItsWhatsAppSender) {
  expect_get(std::string(kApi) + ".json", ok(R"({"status":"active"})"));
  expect_get("http://messaging.test/v2/Channels/Senders?Channel=whatsapp",
             ok(R"({"senders":[{"sender_id":"whatsapp:+34910552010","status":"ONLINE"}]})"));
  EXPECT_EQ(make()->check_health(testkit::FakeCall(host_)),
            Result(channel::ChannelHealth{.state = "ok"}));
  expect_get(std::string(kApi) + ".json", ok(R"({"status":"active"})"));
  EXPECT_EQ(
      make(with(kConfig, {{"sender", "+34910552010"}}))->check_health(testkit::FakeCall(host_)),
      Result(channel::ChannelHealth{.state = "ok"}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(TwilioTest, IsDownWhenTwilioCannotBeReached) {
  host_.answer_http([](const auto&, auto) -> Result<HttpResponse> {
    return Error{ErrorClass::retry, "connection refused"};
  });
  EXPECT_EQ(make()->check_health(testkit::FakeCall(host_)),
            Result(channel::ChannelHealth{.state = "down", .detail = "connection refused"}));
}

// ---- Files.

class TwilioMedia : public TwilioTest {
 protected:
  static constexpr auto* kCdn = "http://cdn.test/file?Signature=abc";
  const std::string file_ = std::string(kApi) + "/Messages/MM1/Media/ME1";

  Result<Channel::FetchedMedia> fetch(std::uint32_t attempt = 1) {
    testkit::FakeCall call(host_);
    call.wire.attempt = attempt;
    return make()->fetch_media(
        call, {.media = {.kind = "voice", .url = file_}, .message_id = "MM1", .max_bytes = 1000});
  }
  void redirect_to(std::string url) {
    expect_get(file_, HttpResponse{.status = 307, .headers = {{"Location", std::move(url)}}});
  }
};

TEST_F(TwilioMedia, ComesFromWhereItIsWithoutOurCredential) {
  redirect_to(kCdn);
  host_.expect({.method = "GET",
                .url = kCdn,
                .response = HttpResponse{.status = 200,
                                         .headers = {{"Content-Type", "audio/ogg; codecs=opus"}},
                                         .body = "OggS"}});
  const auto fetched = fetch();
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->bytes, "OggS");
  EXPECT_EQ(fetched->head, channel::FetchMediaReply{.mime_type = "audio/ogg"});
  const auto& second = host_.sent.at(1).request;
  EXPECT_EQ(second.headers, std::vector<http::HttpHeader>{});
  EXPECT_EQ(second.max_response_bytes, 1000);
  EXPECT_TRUE(second.user_supplied);
}

TEST_F(TwilioMedia, ComesFromTheApiItself) {
  expect_get(file_, HttpResponse{.status = 200, .body = "OggS"});
  EXPECT_EQ(fetch()->bytes, "OggS");
}

TEST_F(TwilioMedia, IsWaitedForInItsFirstSeconds) {
  const auto answer = [&](std::uint32_t attempt) {
    expect_get(file_, HttpResponse{.status = 404, .body = R"({"code":20404})"});
    return fetch(attempt).error();
  };
  EXPECT_EQ(answer(1), (Error{ErrorClass::retry, "twilio: the file is not there yet", 1s}));
  EXPECT_EQ(answer(2), (Error{ErrorClass::retry, "twilio: the file is not there yet", 3s}));
  EXPECT_EQ(answer(3), (Error{ErrorClass::permanent, "twilio: the file is not there any more"}));
}

TEST_F(TwilioMedia, IsNotFollowedForEver) {
  redirect_to(kCdn);
  for (int n = 0; n < 3; ++n)
    host_.expect({.method = "GET",
                  .url = kCdn,
                  .response = HttpResponse{.status = 302, .headers = {{"location", kCdn}}}});
  EXPECT_EQ(fetch().error(),
            (Error{ErrorClass::permanent, "twilio: the file is behind too many redirects"}));
}

TEST_F(TwilioMedia, IsNotLookedForWhereItCannotBe) {
  for (const auto* location : {"", "ftp://cdn.test/file", "/file"}) {
    redirect_to(location);
    EXPECT_EQ(fetch().error().error_class, ErrorClass::permanent) << location;
  }
}

TEST_F(TwilioMedia, SaysWhichHostIsNotAllowed) {
  redirect_to(kCdn);
  host_.expect({.method = "GET",
                .url = kCdn,
                .response = Error{ErrorClass::config, "the address is not allowed"}});
  EXPECT_EQ(fetch().error(),
            (Error{ErrorClass::config,
                   "twilio: the file is at cdn.test, which media_hosts does not name; if it is "
                   "Twilio's, add it there"}));
}

TEST_F(TwilioMedia, IsAskedForAnewWhenItsSignatureHasRunOut) {
  redirect_to(kCdn);
  host_.expect({.method = "GET", .url = kCdn, .response = HttpResponse{.status = 403}});
  EXPECT_EQ(fetch().error(),
            (Error{ErrorClass::retry, "twilio: the file's host answers HTTP 403"}));
}

TEST_F(TwilioMedia, PassesOnThatItIsTooLarge) {
  const Error too_large{ErrorClass::permanent, "HTTP reply is larger than allowed"};
  expect_get(file_, too_large);
  EXPECT_EQ(fetch().error(), too_large);
}

}  // namespace
}  // namespace conserje::twilio
