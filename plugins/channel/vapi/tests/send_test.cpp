// What the plugin says in running calls, and what it fetches.
#include <gtest/gtest.h>

#include "conserje/testkit/fake_host.hpp"
#include "vapi.hpp"

namespace conserje::vapi {
namespace {

using channel::SendReply;

constexpr auto kControlUrl = "https://phone.aws-us-west-2.vapi.ai/5d0c/control";

class SendTest : public testing::Test {
 protected:
  SendTest() {
    host_.secrets = {{"secret:phone/secret", "vapi-secret-for-tests"}};
    plugin_ = *Vapi::create(host_.host(), {{"auth", "secret"}, {"secret", "secret:phone/secret"}});
  }
  void call_lasts(std::string control_url = kControlUrl) {
    ASSERT_TRUE(calls_.note(
        {.caller = "+34655010203", .call_id = "5d0c", .control_url = std::move(control_url)}));
  }
  void expect_words(const std::string& words, Result<HttpResponse> response) {
    host_.expect(
        {.url = kControlUrl,
         .headers = {{"content-type", "application/json"}},
         .body = R"({"content":")" + words + R"(","endCallAfterSpoken":false,"type":"say"})",
         .response = std::move(response)});
  }
  Result<SendReply> send(std::string text = "Two rooms.") {
    return plugin_->send(
        testkit::FakeCall(host_),
        {.recipient = "+34655010203", .text = std::move(text), .reference = "r_1"});
  }
  Error error_of(std::int64_t status, std::string body = "", std::string retry_after = "") {
    HttpResponse response{.status = status, .body = std::move(body)};
    if (!retry_after.empty()) response.headers = {{"Retry-After", std::move(retry_after)}};
    expect_words("Two rooms.", std::move(response));
    const auto sent = send();
    EXPECT_FALSE(sent);
    return sent ? Error{} : sent.error();
  }
  Result<Channel::FetchedMedia> fetch(std::string url) {
    return plugin_->fetch_media(
        testkit::FakeCall(host_),
        {.media = {.kind = "audio", .url = std::move(url)}, .max_bytes = 1'000});
  }

  testkit::FakeHost host_;
  std::unique_ptr<Vapi> plugin_;
  Calls calls_{host_.host()};
};

TEST_F(SendTest, SpeaksInTheRunningCall) {
  call_lasts();
  expect_words("Two rooms. Which one?", HttpResponse{.status = 200});
  EXPECT_EQ(send("Two rooms.\n• Which one?"), Result(SendReply{.message_ids = {"5d0c/r_1"}}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(SendTest, CannotSpeakWhenNoCallLasts) {
  const auto sent = send();
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), (Error{ErrorClass::permanent, "vapi: the call has ended"}));
}

TEST_F(SendTest, NoticesThatTheCallIsOver) {
  for (const std::int64_t status : {404, 410}) {
    call_lasts();
    EXPECT_EQ(error_of(status), (Error{ErrorClass::permanent, "vapi: the call has ended"}));
    EXPECT_EQ(*calls_.find("+34655010203"), std::nullopt);
  }
}

TEST_F(SendTest, GivesEachErrorItsClass) {
  call_lasts();
  EXPECT_EQ(error_of(401, R"({"message":"Unauthorized","statusCode":401})"),
            (Error{.error_class = ErrorClass::auth,
                   .message = "vapi: HTTP 401, Unauthorized",
                   .vendor_code = "401"}));
  EXPECT_EQ(error_of(400, R"({"message":["content must be a string"],"error":"Bad Request"})"),
            (Error{.error_class = ErrorClass::permanent,
                   .message = "vapi: HTTP 400, content must be a string",
                   .vendor_code = "400"}));
  EXPECT_EQ(error_of(402).error_class, ErrorClass::config);
  EXPECT_EQ(error_of(403).error_class, ErrorClass::config);
  for (const std::int64_t status : {408, 500, 502, 503})
    EXPECT_EQ(error_of(status, "<html>").error_class, ErrorClass::retry);
}

TEST_F(SendTest, WaitsAsLongAsVapiAsks) {
  call_lasts();
  EXPECT_EQ(error_of(429, "", "7").retry_after, std::chrono::seconds(7));
  EXPECT_EQ(error_of(429).retry_after, std::chrono::seconds(5));
  EXPECT_EQ(error_of(429, "", "soon").retry_after, std::chrono::seconds(5));
}

TEST_F(SendTest, PassesOnWhatTheHostsClientSays) {
  call_lasts();
  const Error unknown{ErrorClass::deadline, "no answer in time"};
  expect_words("Two rooms.", unknown);
  EXPECT_EQ(send().error().error_class, ErrorClass::deadline);
}

TEST_F(SendTest, SpeaksNowhereElse) {
  for (const auto* url : {"https://vapi.ai.evil.example/x", "https://evilvapi.ai/x",
                          "http://phone.vapi.ai/x", "https://phone.vapi.ai@evil.example/x",
                          "https://10.0.0.7/x", "file:///etc/passwd", "https:///x"}) {
    call_lasts(url);
    const auto sent = send();
    ASSERT_FALSE(sent) << url;
    EXPECT_EQ(sent.error().error_class, ErrorClass::config) << url;
  }
  EXPECT_TRUE(host_.sent.empty());
}

TEST_F(SendTest, HasNothingToSay) {
  call_lasts();
  EXPECT_EQ(send(" \n").error().error_class, ErrorClass::permanent);
}

TEST_F(SendTest, FetchesARecordingWithoutACredential) {
  host_.expect(
      {.method = "GET",
       .url = "https://storage.vapi.ai/r/5d0c.wav",
       .response = HttpResponse{
           .status = 200, .headers = {{"Content-Type", "audio/wav; x=1"}}, .body = "RIFF"}});
  const auto fetched = fetch("https://storage.vapi.ai/r/5d0c.wav");
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->head.mime_type, "audio/wav");
  EXPECT_EQ(fetched->bytes, "RIFF");
  EXPECT_EQ(host_.sent.at(0).request.max_response_bytes, 1'000);
  EXPECT_TRUE(host_.sent.at(0).request.headers.empty());
}

TEST_F(SendTest, SaysWhenARecordingIsGone) {
  for (const std::int64_t status : {401, 403, 404}) {
    host_.expect({.method = "GET",
                  .url = "https://storage.vapi.ai/r/5d0c.wav",
                  .response = HttpResponse{.status = status}});
    EXPECT_EQ(fetch("https://storage.vapi.ai/r/5d0c.wav").error().error_class,
              ErrorClass::permanent);
  }
  EXPECT_EQ(fetch("https://evil.example/r/5d0c.wav").error().error_class, ErrorClass::permanent);
}

}  // namespace
}  // namespace conserje::vapi
