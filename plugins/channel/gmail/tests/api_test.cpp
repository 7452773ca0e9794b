// The plugin with the Gmail API, as its host sees it: what it asks Google, what it hands over, and
// what each answer is worth.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api_error.hpp"
#include "base64.hpp"
#include "conserje/testkit/fake_host.hpp"
#include "gmail.hpp"

namespace conserje::gmail {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kMe = "http://gmail.test/gmail/v1/users/me";
const Json kConfig = {{"transport", "api"},
                      {"mailbox", "reservas@example.org"},
                      {"display_name", "Hotel Sol"},
                      {"client_id", "client"},
                      {"client_secret", "secret:mail/client_secret"},
                      {"refresh_token", "secret:mail/refresh_token"},
                      {"topic", "projects/hotel-sol/topics/gmail"},
                      {"push_audience", "https://host.example/webhooks/mail"},
                      {"push_service_account", "push@hotel-sol.iam.gserviceaccount.com"},
                      {"api_url", "http://gmail.test/"},
                      {"token_url", "http://token.test/token"},
                      {"keys_url", "http://keys.test/certs"}};

HttpResponse json(const Json& body, std::int64_t status = 200) {
  return {.status = status, .body = body.dump()};
}

HttpResponse refusal(std::int64_t status, const std::string& reason,
                     const std::string& message = "x") {
  return json(
      {{"error", {{"code", status}, {"message", message}, {"errors", {{{"reason", reason}}}}}}},
      status);
}

std::string mail(const std::string& text, const std::string& more = "") {
  return "Authentication-Results: mx.google.com; dmarc=pass header.from=example.com\r\n"
         "From: Lucía <lucia@example.com>\r\nTo: reservas@example.org\r\nSubject: Reserva\r\n"
         "Message-ID: <m1@example.com>\r\n" +
         more + "\r\n" + text + "\r\n";
}

Json raw_mail(const std::string& id, const std::string& text) {
  return {{"id", id},
          {"threadId", "77"},
          {"labelIds", {"INBOX", "UNREAD"}},
          {"internalDate", "1785920400000"},
          {"raw", to_base64url(mail(text))}};
}

Json added(const std::string& record, const std::string& id,
           const std::vector<std::string>& labels = {"INBOX"}) {
  return {
      {"id", record},
      {"messagesAdded", {{{"message", {{"id", id}, {"threadId", "77"}, {"labelIds", labels}}}}}}};
}

class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    fake_.secrets = {{"secret:mail/client_secret", "s3cret"},
                     {"secret:mail/refresh_token", "1//refresh"}};
    fake_.answer_http([this](const http::HttpCall& request, std::string_view body) {
      return answer(request, body);
    });
    give("http://token.test/token", json({{"access_token", "ya29.a"}, {"expires_in", 3599}}));
  }

  /// Answers requests whose URL begins so: each answer once, the last one for ever. The longest
  /// beginning counts.
  void give(std::string_view url, Result<HttpResponse> response) {
    answers_[std::string(url)].push_back(std::move(response));
  }
  void give_api(std::string_view path, Result<HttpResponse> response) {
    give(std::string(kMe) + std::string(path), std::move(response));
  }
  void forget(std::string_view path) { answers_.erase(std::string(kMe) + std::string(path)); }

  Result<HttpResponse> answer(const http::HttpCall& request, std::string_view body) {
    asked_.push_back({request, std::string(body)});
    std::deque<Result<HttpResponse>>* found = nullptr;
    std::size_t longest = 0;
    for (auto& [url, responses] : answers_)
      if (request.url.starts_with(url) && url.size() > longest) {
        found = &responses;
        longest = url.size();
      }
    if (found == nullptr) return Error{ErrorClass::bug, "not expected: " + request.url};
    auto response = found->front();
    if (found->size() > 1) found->pop_front();
    return response;
  }
  std::size_t times_asked(std::string_view path) const {
    std::size_t times = 0;
    for (const auto& sent : asked_)
      times += sent.request.url.find(path) == std::string::npos ? 0 : 1;
    return times;
  }
  const testkit::FakeHost::Sent& last(std::string_view path) const {
    for (auto sent = asked_.rbegin(); sent != asked_.rend(); ++sent)
      if (sent->request.url.find(path) != std::string::npos) return *sent;
    ADD_FAILURE() << "nobody asked for " << path;
    return asked_.front();
  }

  Gmail& plugin(const Json& config = kConfig) {
    if (!plugin_) {
      auto made = Gmail::create(fake_.host(), config);
      EXPECT_TRUE(made) << made.error().message;
      plugin_ = *std::move(made);
    }
    return *plugin_;
  }
  Status timer(const char* name) { return plugin().on_timer(testkit::FakeCall(fake_), name); }
  void stand_at(const std::string& history_id) {
    fake_.kv["history"] = {Json{{"history_id", history_id}, {"at_ms", fake_.now_ms}}.dump(), 1};
  }
  std::string position() { return Json::parse(fake_.kv["history"].value)["history_id"]; }
  std::vector<std::string> emitted_ids() {
    std::vector<std::string> ids;
    for (const auto& events : fake_.emitted)
      for (const auto& message : events.messages) ids.push_back(message.id);
    return ids;
  }

  Result<channel::SendReply> send(const channel::SendRequest& request, std::uint32_t attempt = 1) {
    testkit::FakeCall call(fake_);
    call.wire.attempt = attempt;
    return plugin().send(call, request);
  }
  Mail sent_mail() {
    const auto body = Json::parse(last("/messages/send").body);
    raw_ = from_base64(body["raw"].get<std::string>()).value_or("");
    return read_mail(raw_);
  }
  std::string sent_thread() {
    return Json::parse(last("/messages/send").body).value("threadId", "");
  }

  Result<channel::WebhookEvents> push(const std::vector<http::HttpHeader>& headers) {
    const auto block = testkit::header_block(headers);
    return plugin().handle_webhook(testkit::FakeCall(fake_),
                                   {.request = {.method = "POST", .received_at_ms = fake_.now_ms},
                                    .body = "{}",
                                    .header_block = block});
  }
  ErrorClass push_of(const std::string& key) {
    const auto header = to_base64url(Json{{"alg", "RS256"}, {"kid", key}}.dump());
    return push({{"AUTHORIZATION", "Bearer " + header + ".e30.AAAA"}}).error().error_class;
  }

  testkit::FakeHost fake_;
  std::map<std::string, std::deque<Result<HttpResponse>>> answers_;
  std::vector<testkit::FakeHost::Sent> asked_;
  std::string raw_;
  std::unique_ptr<Gmail> plugin_;
};

const channel::SendRequest kReply{
    .recipient = "Lucia@example.com", .text = "Su reserva está lista.", .reference = "r_1"};

TEST_F(ApiTest, NeedsWhatItsTransportNeeds) {
  for (const auto* name :
       {"client_id", "client_secret", "refresh_token", "push_audience", "push_service_account"}) {
    auto config = kConfig;
    config.erase(name);
    const auto made = Gmail::create(fake_.host(), config);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().error_class, ErrorClass::config);
    EXPECT_NE(made.error().message.find(name), std::string::npos);
  }
}

TEST_F(ApiTest, StartsItsTimers) {
  ASSERT_TRUE(plugin().start(testkit::FakeCall(fake_)));
  EXPECT_EQ(fake_.timers,
            (std::map<std::string, testkit::FakeHost::Timer>{
                {"walk", {0, 120'000}}, {"keys", {0, 0}}, {"watch", {0, 86'400'000}}}));
}

TEST_F(ApiTest, BeginsAtTheEndOfTheMailbox) {
  give_api("/profile", json({{"emailAddress", "reservas@example.org"}, {"historyId", "98765400"}}));
  ASSERT_TRUE(timer("walk"));
  EXPECT_EQ(position(), "98765400");
  EXPECT_TRUE(fake_.emitted.empty());
  EXPECT_EQ(last("token.test").body,
            "client_id=client&client_secret=s3cret&refresh_token=1%2F%2Frefresh&grant_type=refresh_"
            "token");
}

TEST_F(ApiTest, ReadsHistoryFromWhereItStandsToItsEnd) {
  stand_at("100");
  give_api("/history?startHistoryId=100",
           json({{"history", {added("110", "a1"), added("120", "a1"), added("130", "a2")}},
                 {"historyId", "140"},
                 {"nextPageToken", "p 2"}}));
  give_api(
      "/history?startHistoryId=100&historyTypes=messageAdded&labelId=INBOX&maxResults=500&"
      "pageToken=p%202",
      json({{"history",
             {added("150", "a3"), added("160", "5", {"SENT", "INBOX"}),
              added("170", "6", {"DRAFT"})}},
            {"historyId", 180}}));
  for (const auto* id : {"a1", "a2", "a3"})
    give_api("/messages/" + std::string(id), json(raw_mail(id, "Hola")));
  ASSERT_TRUE(timer("walk"));
  EXPECT_EQ(emitted_ids(), (std::vector<std::string>{"a1", "a2", "a3"}));
  EXPECT_EQ(position(), "180");
}

TEST_F(ApiTest, EmitsAMailAsAMessage) {
  stand_at("100");
  give_api("/history", json({{"history", {added("110", "a1")}}, {"historyId", "110"}}));
  give_api("/messages/a1", json(raw_mail("a1", "¿Hay lugar?")));
  ASSERT_TRUE(timer("walk"));
  ASSERT_EQ(fake_.emitted.size(), 1U);
  EXPECT_EQ(fake_.emitted[0],
            (channel::EmitRequest{.messages = {{.id = "a1",
                                                .account = "reservas@example.org",
                                                .sender_id = "lucia@example.com",
                                                .sender_name = "Lucía",
                                                .type = "text",
                                                .text = "¿Hay lugar?",
                                                .thread_id = "77",
                                                .subject = "Reserva",
                                                .timestamp_ms = 1'785'920'400'000,
                                                .metadata = {{"message_id", "m1@example.com"}}}}}))
      << encode(fake_.emitted[0]);
}

TEST_F(ApiTest, StandsStillUntilTheHostHasStoredTheMails) {
  stand_at("100");
  give_api("/history", json({{"history", {added("110", "a1")}}, {"historyId", "110"}}));
  give_api("/messages/a1", json(raw_mail("a1", "Hola")));
  fake_.answer_emit([](const auto&) { return Error{ErrorClass::retry, "the store is away"}; });
  EXPECT_FALSE(timer("walk"));
  EXPECT_EQ(position(), "100");
  EXPECT_EQ(plugin().health().state, "degraded");
  fake_.answer_emit({});
  EXPECT_TRUE(timer("walk"));
  EXPECT_EQ(position(), "110");
  EXPECT_EQ(plugin().health().state, "ok");
}

TEST_F(ApiTest, SkipsAMailThatIsGone) {
  stand_at("100");
  give_api("/history",
           json({{"history", {added("110", "a1"), added("120", "a2")}}, {"historyId", "120"}}));
  give_api("/messages/a1", refusal(404, "notFound"));
  give_api("/messages/a2", json(raw_mail("a2", "Hola")));
  ASSERT_TRUE(timer("walk"));
  EXPECT_EQ(emitted_ids(), std::vector<std::string>{"a2"});
}

TEST_F(ApiTest, ReadsAllRecentMailsWhenTheHistoryIsGone) {
  stand_at("100");
  fake_.now_ms += 5 * 86'400'000LL;
  give_api("/history", refusal(404, "notFound"));
  give_api("/profile", json({{"historyId", "900"}}));
  give_api("/messages?q=in%3Ainbox%20newer_than%3A6d&maxResults=500",
           json({{"messages", {{{"id", "a3"}}, {{"id", "a2"}}}}, {"nextPageToken", "2"}}));
  give_api("/messages?q=in%3Ainbox%20newer_than%3A6d&maxResults=500&pageToken=2",
           json({{"messages", {{{"id", "a1"}}}}}));
  for (const auto* id : {"a1", "a2", "a3"})
    give_api("/messages/" + std::string(id), json(raw_mail(id, "Hola")));
  ASSERT_TRUE(timer("walk"));
  EXPECT_EQ(emitted_ids(), (std::vector<std::string>{"a1", "a2", "a3"}));
  EXPECT_EQ(position(), "900");
  EXPECT_EQ(fake_.metrics["full_walks_total"], 1);
}

TEST_F(ApiTest, GoesOnInAnotherCallWhenTheTimeOfThisOneEnds) {
  stand_at("100");
  Json records = Json::array();
  for (int i = 1; i <= 12; ++i) {
    const auto id = "a" + std::to_string(i);
    records.push_back(added(std::to_string(100 + i), id));
    give_api("/messages/" + id + "?", json(raw_mail(id, "Hola")));
  }
  give_api("/history", json({{"history", records}, {"historyId", "200"}}));
  ASSERT_TRUE(plugin().on_timer(testkit::FakeCall(fake_, 1s), "walk"));
  EXPECT_EQ(emitted_ids().size(), 10U);
  EXPECT_EQ(position(), "110");
  EXPECT_EQ(fake_.timers["push"], (testkit::FakeHost::Timer{0, 0}));
}

TEST_F(ApiTest, ReadsTheHeadersOfAMailThatIsTooLarge) {
  stand_at("100");
  give_api("/history", json({{"history", {added("110", "a1")}}, {"historyId", "110"}}));
  give_api("/messages/a1?format=raw",
           Error{ErrorClass::permanent, "HTTP reply is larger than allowed"});
  give_api("/messages/a1?format=metadata",
           json({{"id", "a1"},
                 {"threadId", "77"},
                 {"internalDate", "1785920400000"},
                 {"sizeEstimate", 30'000'000},
                 {"payload",
                  {{"headers",
                    {{{"name", "From"}, {"value", "lucia@example.com"}},
                     {{"name", "Subject"}, {"value", "Fotos"}}}}}}}));
  ASSERT_TRUE(timer("walk"));
  ASSERT_EQ(fake_.emitted.size(), 1U);
  const auto& message = fake_.emitted[0].messages[0];
  EXPECT_EQ(message.type, "unsupported");
  EXPECT_EQ(message.text, "Fotos");
  EXPECT_EQ(message.metadata, (Json{{"too_large_bytes", 30'000'000}}));
}

TEST_F(ApiTest, RenewsATokenThatIsRefusedOnce) {
  stand_at("100");
  give("http://token.test/token", json({{"access_token", "ya29.b"}, {"expires_in", 3599}}));
  give_api("/history", refusal(401, "authError"));
  give_api("/history", json({{"historyId", "100"}}));
  ASSERT_TRUE(timer("walk"));
  EXPECT_EQ(times_asked("token.test"), 2U);
  EXPECT_EQ(last("/history").request.headers[0].value, "Bearer ya29.b");
}

TEST_F(ApiTest, AsksAnOperatorWhenANewTokenIsRefusedToo) {
  stand_at("100");
  give_api("/history", refusal(401, "authError"));
  const auto walked = timer("walk");
  ASSERT_FALSE(walked);
  EXPECT_EQ(walked.error().error_class, ErrorClass::config);
  EXPECT_EQ(times_asked("/history"), 2U);
  EXPECT_EQ(plugin().health().state, "down");
}

TEST_F(ApiTest, AsksAnOperatorWhenTheConsentIsRevoked) {
  answers_.clear();
  give("http://token.test/token", json({{"error", "invalid_grant"}}, 400));
  const auto sent = send(kReply);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().error_class, ErrorClass::config);
  EXPECT_EQ(sent.error().vendor_code, "invalid_grant");
}

TEST_F(ApiTest, HasTheClassesOfTheTable) {
  const auto class_of = [](const HttpResponse& response) {
    return api_error(response, 0, 1).error_class;
  };
  EXPECT_EQ(class_of(refusal(401, "authError")), ErrorClass::auth);
  for (const auto* reason : {"rateLimitExceeded", "userRateLimitExceeded"})
    EXPECT_EQ(class_of(refusal(403, reason)), ErrorClass::retry) << reason;
  EXPECT_EQ(class_of(refusal(429, "x")), ErrorClass::retry);
  for (const auto* reason :
       {"dailyLimitExceeded", "domainPolicy", "insufficientPermissions", "accessNotConfigured"})
    EXPECT_EQ(class_of(refusal(403, reason)), ErrorClass::config) << reason;
  EXPECT_EQ(class_of(refusal(400, "invalidArgument")), ErrorClass::permanent);
  EXPECT_EQ(class_of(refusal(400, "failedPrecondition", "Mail service not enabled")),
            ErrorClass::config);
  for (const int status : {500, 502, 503, 504})
    EXPECT_EQ(class_of(refusal(status, "backendError")), ErrorClass::retry);
  EXPECT_EQ(class_of({.status = 502, .body = "<html>"}), ErrorClass::retry);
}

TEST_F(ApiTest, WaitsAsLongAsALimitAsks) {
  const auto text = "User-rate limit exceeded. Retry after 2026-08-05T09:05:00.000Z";
  EXPECT_EQ(api_error(refusal(429, "rateLimitExceeded", text), 1'785'920'400'000, 1).retry_after,
            5min);
  auto response = refusal(429, "rateLimitExceeded");
  EXPECT_EQ(api_error(response, 0, 2).retry_after, 4s);
  response.headers = {{"Retry-After", "7"}};
  EXPECT_EQ(api_error(response, 0, 1).retry_after, 7s);
}

TEST_F(ApiTest, SendsAMailThatBeginsAThread) {
  give_api("/messages/send", json({{"id", "b1"}, {"threadId", "b1"}, {"labelIds", {"SENT"}}}));
  EXPECT_EQ(send(kReply), Result(channel::SendReply{.message_ids = {"cj.r_1@example.org"}}));
  const auto sent = sent_mail();
  EXPECT_EQ(sent.from, (Address{"Hotel Sol", "reservas@example.org"}));
  EXPECT_EQ(*sent.header("to"), "lucia@example.com");
  EXPECT_EQ(sent.subject, "Hotel Sol");
  EXPECT_EQ(trimmed(sent.text), "Su reserva está lista.");
  EXPECT_EQ(sent.message_id, "cj.r_1@example.org");
  EXPECT_EQ(*sent.header("auto-submitted"), "auto-replied");
  EXPECT_EQ(sent_thread(), "");
}

TEST_F(ApiTest, AnswersInTheGuestsThread) {
  stand_at("100");
  give_api("/history", json({{"history", {added("110", "a1")}}, {"historyId", "110"}}));
  auto incoming = raw_mail("a1", "");
  incoming["raw"] = to_base64url(
      mail("Hola", "References: <m0@example.com>\r\nReply-To: <familia@example.com>\r\n"));
  give_api("/messages/a1", json(incoming));
  give_api("/messages/send", json({{"id", "b1"}}));
  ASSERT_TRUE(timer("walk"));
  ASSERT_TRUE(send(kReply));
  const auto sent = sent_mail();
  EXPECT_EQ(*sent.header("to"), "familia@example.com");
  EXPECT_EQ(sent.subject, "Re: Reserva");
  EXPECT_EQ(sent.in_reply_to, "m1@example.com");
  EXPECT_EQ(sent.references, (std::vector<std::string>{"m0@example.com", "m1@example.com"}));
  EXPECT_EQ(sent_thread(), "77");
}

TEST_F(ApiTest, SendsOutsideAThreadThatIsDeleted) {
  stand_at("100");
  give_api("/history", json({{"history", {added("110", "a1")}}, {"historyId", "110"}}));
  give_api("/messages/a1", json(raw_mail("a1", "Hola")));
  ASSERT_TRUE(timer("walk"));
  give_api("/messages/send", refusal(404, "notFound"));
  give_api("/messages/send", json({{"id", "b1"}}));
  EXPECT_TRUE(send(kReply));
  EXPECT_EQ(sent_thread(), "");
}

TEST_F(ApiTest, LooksIntoSentBeforeItSendsAgain) {
  const std::string query =
      "/messages?q=in%3Asent%20rfc822msgid%3Acj.r_1%40example.org&maxResults=1";
  give_api(query, json({{"messages", {{{"id", "b1"}}}}}));
  give_api(query, json({{"resultSizeEstimate", 0}}));
  EXPECT_EQ(send(kReply, 2), Result(channel::SendReply{.message_ids = {"cj.r_1@example.org"}}));
  EXPECT_EQ(times_asked("/messages/send"), 0U);
  give_api("/messages/send", json({{"id", "b2"}}));
  EXPECT_TRUE(send(kReply, 3));
  EXPECT_EQ(times_asked("/messages/send"), 1U);
}

TEST_F(ApiTest, SaysThatTheOutcomeIsUnknown) {
  give_api("/messages/send", Error{ErrorClass::deadline, "no answer"});
  const auto sent = send(kReply);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().error_class, ErrorClass::deadline);
}

TEST_F(ApiTest, DoesNotKnowWhatAnAnswerThatIsNoJsonStandsFor) {
  give_api("/messages/send", HttpResponse{.status = 200, .body = "<html>Sign in</html>"});
  const auto sent = send(kReply);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().error_class, ErrorClass::deadline);
}

TEST_F(ApiTest, SaysWhatBecameOfAMail) {
  const std::string query =
      "/messages?q=in%3Asent%20rfc822msgid%3Acj.r_1%40example.org&maxResults=1";
  give_api(query, json({{"messages", {{{"id", "b1"}}}}}));
  give_api(query, json(Json::object()));
  const channel::DeliveryStatusRequest request{.reference = "r_1",
                                               .recipient = "lucia@example.com"};
  const auto found = plugin().delivery_status(testkit::FakeCall(fake_), request);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->found);
  EXPECT_EQ(found->status->status, "sent");
  EXPECT_EQ(found->status->reference, "r_1");
  EXPECT_EQ(plugin().delivery_status(testkit::FakeCall(fake_), request),
            Result(channel::DeliveryStatusReply{}));
}

TEST_F(ApiTest, RefusesWhatNoMailMayBe) {
  for (const auto& request :
       {channel::SendRequest{.recipient = "lucia@example.com", .reference = "r"},
        channel::SendRequest{.recipient = "+34655010203", .text = "x", .reference = "r"},
        channel::SendRequest{.recipient = "a@b.c\r\nBcc: d@e.f", .text = "x", .reference = "r"}}) {
    const auto sent = send(request);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().error_class, ErrorClass::permanent);
  }
}

TEST_F(ApiTest, UploadsALargeMail) {
  give("http://gmail.test/upload/gmail/v1/users/me/messages/send?uploadType=media",
       json({{"id", "b1"}}));
  auto request = kReply;
  request.media =
      channel::Media{.kind = "document", .mime_type = "application/pdf", .file_name = "a.pdf"};
  const std::string file(4 * 1024 * 1024, 'x');
  ASSERT_TRUE(plugin().send_media(testkit::FakeCall(fake_), request, file));
  EXPECT_EQ(last("/upload/").request.headers[1],
            (http::HttpHeader{"content-type", "message/rfc822"}));
  EXPECT_EQ(read_mail(last("/upload/").body).attachments[0].size, file.size());
}

TEST_F(ApiTest, FetchesAnAttachment) {
  auto incoming = raw_mail("a1", "");
  incoming["raw"] = to_base64url(
      "From: lucia@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
      "boundary=b\r\n\r\n"
      "--b\r\n\r\nHola\r\n--b\r\nContent-Type: application/pdf; "
      "name=dni.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
      "JVBERg==\r\n--b--\r\n");
  give_api("/messages/a1", json(incoming));
  channel::FetchMediaRequest request{.media = {.kind = "document", .reference = "a1#1"},
                                     .max_bytes = 4};
  const auto fetched = plugin().fetch_media(testkit::FakeCall(fake_), request);
  ASSERT_TRUE(fetched) << fetched.error().message;
  EXPECT_EQ(fetched->head.mime_type, "application/pdf");
  EXPECT_EQ(fetched->bytes, "%PDF");
  request.max_bytes = 3;
  EXPECT_FALSE(plugin().fetch_media(testkit::FakeCall(fake_), request));
  for (const auto* reference : {"", "a1", "a1#9", "a1#x", "../profile#0", "#1"}) {
    request.media.reference = reference;
    const auto refused = plugin().fetch_media(testkit::FakeCall(fake_), request);
    ASSERT_FALSE(refused) << reference;
    EXPECT_EQ(refused.error().error_class, ErrorClass::permanent) << reference;
  }
}

TEST_F(ApiTest, ListsTheOldestFirstInPages) {
  give_api("/messages?q=in%3Ainbox%20newer_than%3A2d",
           json({{"messages", {{{"id", "a3"}}, {{"id", "a2"}}, {{"id", "a1"}}}}}));
  for (const auto* id : {"a1", "a2", "a3"})
    give_api("/messages/" + std::string(id), json(raw_mail(id, "Hola")));
  const auto first = plugin().list_since(testkit::FakeCall(fake_),
                                         {.since_ms = fake_.now_ms - 86'400'000, .limit = 2});
  ASSERT_TRUE(first);
  ASSERT_EQ(first->messages.size(), 2U);
  EXPECT_EQ(first->messages[0].id, "a1");
  EXPECT_EQ(first->next_cursor, "a2");
  const auto second = plugin().list_since(
      testkit::FakeCall(fake_),
      {.since_ms = fake_.now_ms - 86'400'000, .cursor = first->next_cursor, .limit = 2});
  ASSERT_TRUE(second);
  ASSERT_EQ(second->messages.size(), 1U);
  EXPECT_EQ(second->messages[0].id, "a3");
  EXPECT_EQ(second->next_cursor, "");
}

TEST_F(ApiTest, RenewsTheWatchAndSaysWhenItEnds) {
  give_api("/watch", json({{"historyId", "98765400"}, {"expiration", "1786525200000"}}));
  give_api("/profile", json({{"emailAddress", "Reservas@example.org"}, {"historyId", "1"}}));
  ASSERT_TRUE(timer("watch"));
  EXPECT_EQ(Json::parse(last("/watch").body),
            (Json{{"topicName", "projects/hotel-sol/topics/gmail"},
                  {"labelIds", {"INBOX"}},
                  {"labelFilterBehavior", "INCLUDE"}}));
  EXPECT_EQ(plugin().check_health(testkit::FakeCall(fake_)),
            Result(channel::ChannelHealth{.state = "ok", .expires_at_ms = 1'786'525'200'000}));
}

TEST_F(ApiTest, TriesAWatchAgainSoon) {
  give_api("/watch",
           refusal(403, "forbidden", "User not authorized to perform this action on the topic"));
  EXPECT_FALSE(timer("watch"));
  EXPECT_EQ(fake_.timers["watch"], (testkit::FakeHost::Timer{300'000, 86'400'000}));
}

TEST_F(ApiTest, SaysThatTheMailboxIsAnother) {
  give_api("/profile", json({{"emailAddress", "other@example.org"}, {"historyId", "1"}}));
  EXPECT_EQ(plugin().check_health(testkit::FakeCall(fake_))->state, "down");
}

TEST_F(ApiTest, AnswersAPushBusyUntilItHasKeys) {
  EXPECT_EQ(push_of("key-2"), ErrorClass::retry);
  give("http://keys.test/certs", HttpResponse{.status = 503});
  EXPECT_FALSE(timer("keys"));
  EXPECT_EQ(push_of("key-2"), ErrorClass::retry);
  EXPECT_EQ(fake_.timers["keys"], (testkit::FakeHost::Timer{60'000, 0}));
}

TEST_F(ApiTest, AsksForAnUnknownKeyOnceAMinute) {
  const Json keys = {{"keys",
                      {{{"kty", "RSA"},
                        {"kid", "key-1"},
                        {"n", to_base64url(std::string(256, 'n'))},
                        {"e", "AQAB"}}}}};
  give("http://keys.test/certs",
       HttpResponse{
           .status = 200, .headers = {{"cache-control", "max-age=3600"}}, .body = keys.dump()});
  ASSERT_TRUE(timer("keys"));
  EXPECT_EQ(fake_.timers["keys"], (testkit::FakeHost::Timer{3'600'000, 0}));

  EXPECT_EQ(push_of("key-2"), ErrorClass::retry);
  EXPECT_EQ(fake_.timers["keys"], (testkit::FakeHost::Timer{0, 0}));
  EXPECT_EQ(push_of("key-2"), ErrorClass::retry);  // Still under way.
  ASSERT_TRUE(timer("keys"));
  EXPECT_EQ(push_of("key-2"), ErrorClass::auth);
  EXPECT_EQ(push_of("key-1"), ErrorClass::auth);  // Known, but it is not its signature.
  fake_.now_ms += 60'000;
  EXPECT_EQ(push_of("key-2"), ErrorClass::retry);
}

TEST_F(ApiTest, RefusesAPushWithoutOrWithTwoTokens) {
  const auto token = "Bearer " + to_base64url(R"({"alg":"RS256","kid":"key-1"})") + ".e30.AAAA";
  for (const auto& headers : {std::vector<http::HttpHeader>{},
                              {{"authorization", ""}},
                              {{"authorization", "Bearer"}},
                              {{"authorization", "Basic YTpi"}},
                              {{"authorization", token}, {"Authorization", token}}})
    EXPECT_EQ(push(headers).error().error_class, ErrorClass::auth);
}

}  // namespace
}  // namespace conserje::gmail
