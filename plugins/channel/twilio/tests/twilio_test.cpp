// Webhooks as the host hands them on: signatures, refusals, and the answer.
#include <gtest/gtest.h>

#include <thread>
#include <utility>

#include "plugin_test.hpp"

namespace conserje::twilio {
namespace {

using channel::HttpAnswer;
using channel::WebhookEvents;

/// One delivery; what a test does not say is right.
struct Delivery {
  std::string url = kHook;
  std::string body{};
  std::vector<http::HttpHeader> headers{};
  std::string method = "POST";
  std::int64_t received_at_ms = 1'785'920'400'000;
};

class TwilioTest : public PluginTest {
 protected:
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
};

std::vector<http::HttpHeader> form_headers(std::string signature) {
  return {{"Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"},
          {"X-Twilio-Signature", std::move(signature)}};
}

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

}  // namespace
}  // namespace conserje::twilio
