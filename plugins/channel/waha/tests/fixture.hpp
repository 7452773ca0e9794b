#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "conserje/testkit/fake_host.hpp"
#include "waha.hpp"

namespace conserje::waha {

inline const Json kConfig = {{"url", "http://waha.test/"},
                             {"api_key", "secret:waha/api_key"},
                             {"hmac_key", "secret:waha/hmac_key"},
                             {"send_seen", false}};

/// The plugin between the host's services, all of them in the test's hand.
class WahaFixture : public testing::Test {
 protected:
  WahaFixture() {
    host_.secrets = {{"secret:waha/api_key", "the key"}, {"secret:waha/hmac_key", "waha-hmac-key"}};
  }

  static Json config_with(std::string_view name, const Json& value) {
    Json config = kConfig;
    config[std::string(name)] = value;
    return config;
  }

  std::unique_ptr<Waha> make(const Json& config = kConfig) {
    auto made = Waha::create(host_.host(), config);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }

  /// Expects one request with the key.
  void expect(std::string method, std::string path, Result<HttpResponse> response,
              std::string body = "") {
    host_.expect({.method = std::move(method),
                  .url = "http://waha.test" + std::move(path),
                  .headers = {{"x-api-key", "the key"}},
                  .body = std::move(body),
                  .response = std::move(response)});
  }
  void expect_get(std::string path, std::string body, std::int64_t status = 200) {
    expect("GET", std::move(path), HttpResponse{.status = status, .body = std::move(body)});
  }
  void expect_engine(const std::string& name) {
    expect_get("/api/server/version", R"({"version":"2026.7.1","engine":")" + name + R"("})");
  }
  void expect_exists(const std::string& digits, const std::string& chat) {
    expect_get("/api/contacts/check-exists?phone=" + digits + "&session=default",
               R"({"numberExists":true,"chatId":")" + chat + R"("})");
  }
  void expect_text(const std::string& chat, const std::string& text, Result<HttpResponse> response,
                   const std::string& more = "") {
    expect("POST", "/api/sendText", std::move(response),
           R"({"session":"default","chatId":")" + chat + R"(","text":")" + text +
               R"(","linkPreview":false)" + more + "}");
  }

  /// The host hands over what WAHA posts.
  Result<channel::WebhookEvents> post(Waha& waha, std::string_view body) {
    const auto digest = host_.host().hmac(Digest::sha512, "waha-hmac-key", body);
    std::string hex;
    for (const char c : *digest) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      hex += kDigits[static_cast<unsigned char>(c) >> 4U];
      hex += kDigits[static_cast<unsigned char>(c) & 15U];
    }
    const auto block = testkit::header_block({{"X-Webhook-Hmac", hex}});
    return waha.handle_webhook(
        testkit::FakeCall(host_),
        {.request = {.method = "POST", .path = "/webhooks/waha", .received_at_ms = host_.now_ms},
         .body = body,
         .header_block = block});
  }
  static std::string event(std::string_view name, std::string_view payload) {
    return R"({"event":")" + std::string(name) + R"(","session":"default","payload":)" +
           std::string(payload) + "}";
  }

  testkit::FakeHost host_{};
};

inline HttpResponse accepted(std::string_view id) {
  return {.status = 201, .body = R"({"id":"true_34655010203@c.us_)" + std::string(id) + R"("})"};
}

}  // namespace conserje::waha
