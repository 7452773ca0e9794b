// The plugin's requests to the REST API: sending, asking, listing, fetching.
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "plugin_test.hpp"

namespace conserje::twilio {
namespace {

using namespace std::chrono_literals;
using channel::SendReply;

class TwilioCalls : public PluginTest {};

HttpResponse ok(std::string body) { return {.status = 200, .body = std::move(body)}; }

// ---- Sending.

constexpr auto* kHola =
    "To=whatsapp%3A%2B34655010203&From=whatsapp%3A%2B34910552010&Body=Hola&ValidityPeriod=600";
const channel::SendRequest kHolaRequest{
    .recipient = "+34655010203", .text = "Hola", .reference = "r_1"};

TEST_F(TwilioCalls, SendsAndReturnsTheId) {
  expect_post(kHola, HttpResponse{.status = 201, .body = R"({"sid":"SM1","status":"queued"})"});
  EXPECT_EQ(make()->send(testkit::FakeCall(host_), kHolaRequest),
            Result(SendReply{.message_ids = {"SM1"}}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(TwilioCalls, SendsByItsApiKey) {
  host_.secrets["secret:tw/key"] = "k3y";
  credentials_ = "Basic " + base64("SK1:k3y");
  expect_post(kHola, HttpResponse{.status = 201, .body = R"({"sid":"SM1"})"});
  const auto config = with(kConfig, {{"api_key_sid", "SK1"}, {"api_key_secret", "secret:tw/key"}});
  EXPECT_TRUE(make(config)->send(testkit::FakeCall(host_), kHolaRequest));
}

TEST_F(TwilioCalls, SaysThatATemplateIsNeeded) {
  expect_post(kHola, HttpResponse{.status = 400, .body = R"({"code":63016})"});
  EXPECT_EQ(make()->send(testkit::FakeCall(host_), kHolaRequest),
            Result(SendReply{.needs_template = true}));
}

TEST_F(TwilioCalls, SendsTheNextPartOnlyAfterTheOneBefore) {
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

// ---- Parts.

const std::string kFirst(1600, 'a');
const std::string kSecond(1600, 'b');
const std::string kThird(100, 'c');
const channel::SendRequest kLong{
    .recipient = "+34655010203", .text = kFirst + " " + kSecond + " " + kThird, .reference = "r_1"};
const Error kUnknown{ErrorClass::deadline, "no answer in time"};

class TwilioParts : public PluginTest {
 protected:
  void expect_part(const std::string& text, Result<HttpResponse> response) {
    expect_post("To=whatsapp%3A%2B34655010203&From=whatsapp%3A%2B34910552010&Body=" + text +
                    "&ValidityPeriod=600",
                std::move(response));
  }
  void expect_list(const std::string& messages) {
    expect_get(std::string(kApi) + "/Messages.json?To=whatsapp%3A%2B34655010203&PageSize=50",
               ok(R"({"messages":[)" + messages + "]}"));
  }
  static HttpResponse taken(const std::string& sid) {
    return {.status = 201, .body = R"({"sid":")" + sid + "\"}"};
  }
  static std::string listed(const std::string& sid, const std::string& text) {
    return R"({"sid":")" + sid + R"(","direction":"outbound-api","body":")" + text +
           R"(","status":"sent","date_created":"Thu, 06 Aug 2026 09:00:00 +0000"})";
  }
  Result<SendReply> send_long() { return plugin_->send(testkit::FakeCall(host_), kLong); }
  Result<channel::DeliveryStatusReply> ask() {
    return plugin_->delivery_status(
        testkit::FakeCall(host_),
        {.reference = "r_1", .recipient = kLong.recipient, .text = kLong.text});
  }

  std::unique_ptr<Twilio> plugin_ = make();
};
const Result<SendReply> kAll = SendReply{.message_ids = {"SM1", "SM2", "SM3"}};

TEST_F(TwilioParts, DoNotGoAgainWithTheOneThatWasRefused) {
  expect_part(kFirst, taken("SM1"));
  expect_part(kSecond, HttpResponse{.status = 503});
  EXPECT_EQ(send_long(),
            Result<SendReply>(Error{ErrorClass::retry, "twilio: HTTP 503 (in part 2 of 3)"}));
  expect_part(kSecond, taken("SM2"));
  expect_part(kThird, taken("SM3"));
  EXPECT_EQ(send_long(), kAll);
  EXPECT_EQ(host_.unmet(), 0U);
  EXPECT_TRUE(host_.kv.empty());
}

TEST_F(TwilioParts, DoNotGoAgainAfterARestartOfTheHost) {
  expect_part(kFirst, taken("SM1"));
  expect_part(kSecond, HttpResponse{.status = 503});
  EXPECT_FALSE(send_long());
  EXPECT_EQ(host_.kv.at("sent/r_1").value, R"({"at_ms":1767225600000,"ids":["SM1","",""]})");

  plugin_ = make();
  EXPECT_TRUE(plugin_->start(testkit::FakeCall(host_)));
  expect_part(kSecond, taken("SM2"));
  expect_part(kThird, taken("SM3"));
  EXPECT_EQ(send_long(), kAll);
}

TEST_F(TwilioParts, DoNotGoAgainWhenTheListHasThem) {
  expect_part(kFirst, taken("SM1"));
  expect_part(kSecond, kUnknown);
  EXPECT_EQ(send_long().error().error_class, ErrorClass::deadline);
  expect_list(listed("SM2", kSecond) + "," + listed("SM1", kFirst));
  EXPECT_EQ(ask(), Result(channel::DeliveryStatusReply{}));
  expect_part(kThird, taken("SM3"));
  EXPECT_EQ(send_long(), kAll);
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(TwilioParts, GoAgainWhenTheListHasThemNot) {
  expect_part(kFirst, kUnknown);
  EXPECT_FALSE(send_long());
  expect_list("");
  EXPECT_EQ(ask(), Result(channel::DeliveryStatusReply{}));
  expect_part(kFirst, taken("SM1"));
  expect_part(kSecond, taken("SM2"));
  expect_part(kThird, taken("SM3"));
  EXPECT_EQ(send_long(), kAll);
}

TEST_F(TwilioParts, TakeWhatStandsBeforeTheTextWithThem) {
  auto request = kLong;
  request.location = channel::Location{.latitude = 40, .longitude = -3};
  host_.kv["sent/r_1"] = {R"({"at_ms":1767225600000,"ids":["","","",""]})", 1};
  expect_list(listed("SM2", kSecond) + "," + listed("SM1", kFirst));
  EXPECT_EQ(ask(), Result(channel::DeliveryStatusReply{}));
  expect_part(kThird, taken("SM3"));
  EXPECT_EQ(plugin_->send(testkit::FakeCall(host_), request),
            Result(SendReply{.message_ids = {"SM1", "SM1", "SM2", "SM3"}}));
}

TEST_F(TwilioParts, AreForgottenAfterAWeek) {
  host_.kv["sent/old"] = {R"({"at_ms":1766620800000,"ids":["SM1"]})", 1};
  host_.kv["sent/new"] = {R"({"at_ms":1766620800001,"ids":["SM2"]})", 1};
  EXPECT_TRUE(plugin_->start(testkit::FakeCall(host_)));
  ASSERT_EQ(host_.kv.size(), 1U);
  EXPECT_EQ(host_.kv.begin()->first, "sent/new");
}

TEST_F(TwilioCalls, PassesOnWhyTheNetworkFailed) {
  const auto plugin = make();
  for (const auto& error : {Error{ErrorClass::retry, "connection refused"},
                            Error{ErrorClass::deadline, "no answer in time"},
                            Error{ErrorClass::config, "the address is not allowed"}}) {
    expect_post(kHola, error);
    EXPECT_EQ(plugin->send(testkit::FakeCall(host_), kHolaRequest), Result<SendReply>(error));
  }
}

TEST_F(TwilioCalls, WaitsALittleLongerThanItIsAskedTo) {
  testkit::FakeCall call(host_);
  call.wire.attempt = 3;
  expect_post(kHola, HttpResponse{.status = 429, .body = R"({"code":20429})"});
  const auto reply = make()->send(call, kHolaRequest);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().error_class, ErrorClass::retry);
  EXPECT_GE(*reply.error().retry_after, 4s);
  EXPECT_LT(*reply.error().retry_after, 5s);
}

TEST_F(TwilioCalls, KeepsItsMessagesPerSecond) {
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

TEST_F(TwilioCalls, SaysWhatItCarries) {
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

TEST_F(TwilioCalls, AsksForOneMessageByItsId) {
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

TEST_F(TwilioCalls, LooksForAMessageOfUnknownOutcomeInTheList) {
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

TEST_F(TwilioCalls, FollowsAListOnlyAtItsOwnApi) {
  const auto first = std::string(kApi) + "/Messages.json?To=whatsapp%3A%2B34655010203&PageSize=50";
  for (const auto* elsewhere : {"@evil.example/x", "//evil.example/x", ".evil.example/",
                                "/2010-04-01/Accounts/AC9/Messages.json?Page=1"}) {
    expect_get(first, ok(R"({"messages":[],"next_page_uri":")" + std::string(elsewhere) + R"("})"));
    EXPECT_EQ(make()->delivery_status(testkit::FakeCall(host_), {.recipient = "+34655010203"}),
              Result(channel::DeliveryStatusReply{}));
  }
}

TEST_F(TwilioCalls, EndsAListThatHasNoEnd) {
  host_.answer_http([](const auto&, auto) -> Result<HttpResponse> {
    return ok(
        R"({"messages":[],"next_page_uri":"/2010-04-01/Accounts/AC00112233445566778899aabbccddeeff/Messages.json?Page=1"})");
  });
  EXPECT_TRUE(make()->delivery_status(testkit::FakeCall(host_), {.recipient = "+34655010203"}));
  EXPECT_EQ(host_.sent.size(), 20U);
}

TEST_F(TwilioCalls, TriesAgainWhenAnAnswerCannotBeRead) {
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

TEST_F(TwilioCalls, ListsWhatCameDayByDayOldestFirst) {
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

TEST_F(TwilioCalls, GoesOnWhereTheListStopped) {
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

TEST_F(TwilioCalls, ListsAMonthAtMost) {
  host_.answer_http([](const auto&, auto) -> Result<HttpResponse> { return page(""); });
  EXPECT_TRUE(make()->list_since(testkit::FakeCall(host_), {.since_ms = 0, .limit = 10}));
  EXPECT_EQ(host_.sent.size(), 2U * 32U);
}

// ---- Health.

TEST_F(TwilioCalls, AsksForItsAccountAndItsWhatsAppSender) {
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

TEST_F(TwilioCalls, IsDownWhenTwilioCannotBeReached) {
  host_.answer_http([](const auto&, auto) -> Result<HttpResponse> {
    return Error{ErrorClass::retry, "connection refused"};
  });
  EXPECT_EQ(make()->check_health(testkit::FakeCall(host_)),
            Result(channel::ChannelHealth{.state = "down", .detail = "connection refused"}));
}

// ---- Files.

class TwilioMedia : public PluginTest {
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
