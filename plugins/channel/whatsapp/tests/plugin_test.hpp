// What the tests of the whole plugin share: its settings, its host, and what it is expected to ask.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../../common/hex.hpp"
#include "conserje/testkit/fake_host.hpp"
#include "whatsapp.hpp"

namespace conserje::whatsapp {

using channel::HttpAnswer;
using channel::SendReply;
using channel::WebhookEvents;

inline const Json kConfig = {{"phone_number_id", "415882930112233"},
                             {"access_token", "secret:wa/access_token"},
                             {"app_secret", "secret:wa/app_secret"},
                             {"verify_token", "secret:wa/verify_token"},
                             {"api_url", "http://graph.test/v23.0/"}};

/// `config` with other values for some of its keys.
inline Json with(Json config, const Json& changes) {
  config.update(changes);
  return config;
}

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

  /// What the plugin makes of a signed delivery.
  Result<WebhookEvents> deliver(const WhatsApp& plugin, const std::string& body) {
    const auto digest = host_.host().hmac(Digest::sha256, "wa-app-secret-for-tests", body);
    const auto block =
        testkit::header_block({{"X-Hub-Signature-256", "sha256=" + to_hex(*digest)}});
    return plugin.handle_webhook(
        testkit::FakeCall(host_),
        {.request = {.method = "POST"}, .body = body, .header_block = block});
  }

  std::optional<HttpAnswer> get(std::string query) {
    const auto events = make()->handle_webhook(
        testkit::FakeCall(host_),
        {.request = {.method = "GET", .path = "/webhooks/wa", .query = std::move(query)}});
    return events ? events->answer : std::nullopt;
  }

  /// Expects a GET with our token.
  void expect_get(std::string path, Result<HttpResponse> response) {
    host_.expect({.method = "GET",
                  .url = "http://graph.test/v23.0" + std::move(path),
                  .headers = {{"authorization", "Bearer EAAG-token"}},
                  .response = std::move(response)});
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

inline std::string body_of(std::string_view text, std::string_view to = "34655010203") {
  return R"({"messaging_product":"whatsapp","recipient_type":"individual","to":")" +
         std::string(to) + R"(","type":"text","text":{"body":")" + std::string(text) +
         R"(","preview_url":false},"biz_opaque_callback_data":"r1"})";
}

inline HttpResponse accepted(std::string_view id, std::string_view wa_id = "34655010203") {
  return {.status = 200,
          .body = R"({"contacts":[{"wa_id":")" + std::string(wa_id) + R"("}],"messages":[{"id":")" +
                  std::string(id) + R"("}]})"};
}

inline HttpResponse refused(int code, std::int64_t status = 400) {
  return {.status = status, .body = R"({"error":{"code":)" + std::to_string(code) + "}}"};
}

/// A delivery of our number with these elements: "messages":[...], "statuses":[...].
inline std::string delivery_of(const std::string& elements) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",)"
         R"("value":{"metadata":{"phone_number_id":"415882930112233"},)" +
         elements + "}}]}]}";
}

/// What became of the message `id`, with the callback data that was sent with it.
inline std::string status_of(const std::string& id, const std::string& name,
                             const std::string& data, int code = 0) {
  const auto errors =
      code == 0 ? std::string() : R"(,"errors":[{"code":)" + std::to_string(code) + "}]";
  return R"("statuses":[{"id":")" + id + R"(","status":")" + name +
         R"(","timestamp":"1785920500","recipient_id":"34655010203","biz_opaque_callback_data":")" +
         data + "\"" + errors + "}]";
}

}  // namespace conserje::whatsapp
