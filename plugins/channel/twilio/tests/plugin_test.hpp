// What the tests of the whole plugin share: its settings, its host, and what it is expected to ask.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "conserje/testkit/fake_host.hpp"
#include "signature.hpp"
#include "twilio.hpp"

namespace conserje::twilio {

inline constexpr auto* kApi =
    "http://twilio.test/2010-04-01/Accounts/AC00112233445566778899aabbccddeeff";
inline constexpr auto* kToken = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
inline constexpr auto* kHook = "https://guest.example.com/hooks/twilio";

inline const Json kConfig = {{"account_sid", "AC00112233445566778899aabbccddeeff"},
                             {"auth_token", "secret:tw/auth_token"},
                             {"sender", "whatsapp:+34910552010"},
                             {"api_url", "http://twilio.test/"},
                             {"messaging_url", "http://messaging.test"}};

/// `config` with other values for some of its keys.
inline Json with(Json config, const Json& changes) {
  config.update(changes);
  return config;
}

class PluginTest : public testing::Test {
 protected:
  PluginTest() { host_.secrets = {{"secret:tw/auth_token", kToken}}; }

  std::unique_ptr<Twilio> make(const Json& config = kConfig) {
    auto made = Twilio::create(host_.host(), config);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
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

}  // namespace conserje::twilio
