// The plugin as its host sees it: secrets, signatures, whom it sends to, and what it remembers.
#include "waha.hpp"

#include "fixture.hpp"

namespace conserje::waha {
namespace {

using channel::SendReply;
using channel::SendRequest;
using channel::WebhookEvents;
using Headers = std::vector<http::HttpHeader>;

// A body and its signature by the key waha-hmac-key.
constexpr std::string_view kBody =
    R"({"id":"evt_01k0a","timestamp":1767225600123,"event":"message","session":"default",)"
    R"("payload":{"body":"¿Hola?"}})";
const std::string kSignature =
    "53e29710cd0c8c7d7ccd422a22d3890f7e7cdf32a7e53e0aaeda3ea59cde5b57"
    "92eea538ab6126e60260d4b308cc60bf2ca118147c7d51916e931fb29cafb4ff";

class WahaTest : public WahaFixture {
 protected:
  Result<WebhookEvents> deliver(std::string_view body, const Headers& headers,
                                const Json& config = kConfig) {
    const auto block = testkit::header_block(headers);
    return make(config)->handle_webhook(
        testkit::FakeCall(host_), {.request = {.method = "POST", .received_at_ms = host_.now_ms},
                                   .body = body,
                                   .header_block = block});
  }
  Result<SendReply> send(Waha& waha, SendRequest request) {
    if (request.recipient.empty()) request.recipient = "+34655010203";
    return waha.send(testkit::FakeCall(host_), request);
  }
  /// A guest writes from `chat`, so he is known.
  void hear(Waha& waha, const std::string& chat, const std::string& more = "") {
    const auto events =
        post(waha, event("message", R"({"id":"false_)" + chat + R"(_3EB0AA","from":")" + chat +
                                        R"(","fromMe":false,"body":"Hola")" + more + "}"));
    ASSERT_TRUE(events) << events.error().message;
    ASSERT_EQ(events->messages.size(), 1U);
  }
};

constexpr std::string_view kIdOfR1 = "3EB01FBADF253AFF1859";

TEST_F(WahaTest, TakesWhatIsSigned) {
  const Result<WebhookEvents> taken(WebhookEvents{.ignored = 1});
  EXPECT_EQ(
      deliver(kBody, {{"X-Webhook-Hmac", kSignature}, {"X-Webhook-Hmac-Algorithm", "sha512"}}),
      taken);
  for (const auto* name : {"x-webhook-hmac", "X-WEBHOOK-HMAC", "X-webhook-Hmac"})
    EXPECT_EQ(deliver(kBody, {{name, kSignature}}), taken) << name;
  std::string upper = kSignature;
  for (char& c : upper) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  EXPECT_EQ(deliver(kBody, {{"X-Webhook-Hmac", upper}}), taken);
}

TEST_F(WahaTest, RefusesWhatIsNotSigned) {
  std::string one_digit = kSignature;
  one_digit.back() = 'e';
  const Headers refused[] = {
      {{"X-Webhook-Hmac", one_digit}},
      {{"X-Webhook-Hmac", ""}},
      {{"X-Webhook-Hmac", kSignature.substr(1)}},
      {{"X-Webhook-Hmac", kSignature + "00"}},
      {{"X-Webhook-Hmac", kSignature.substr(0, 64)}},
      {{"X-Webhook-Hmac", "sha512=" + kSignature}},
      {{"X-Webhook-Hmac", kSignature.substr(0, 126) + "zz"}},
  };
  const Error mismatch{
      ErrorClass::auth,
      "waha: X-Webhook-Hmac does not match the body; is hmac_key the key in WAHA?"};
  for (const auto& headers : refused)
    EXPECT_EQ(deliver(kBody, headers), Result<WebhookEvents>(mismatch))
        << testkit::header_block(headers);
  std::string changed(kBody);
  changed[1] = '\'';
  EXPECT_EQ(deliver(changed, {{"X-Webhook-Hmac", kSignature}}), Result<WebhookEvents>(mismatch));
  host_.secrets["secret:waha/hmac_key"] = "another";
  EXPECT_EQ(deliver(kBody, {{"X-Webhook-Hmac", kSignature}}), Result<WebhookEvents>(mismatch));
}

TEST_F(WahaTest, SaysWhereTheKeyIsSetWhenNothingIsSigned) {
  for (const Headers& headers :
       {Headers{}, Headers{{"X-Webhook-Hmac", kSignature}, {"x-webhook-hmac", kSignature}}})
    EXPECT_EQ(deliver(kBody, headers).error(),
              (Error{ErrorClass::auth,
                     "waha: one header X-Webhook-Hmac is needed; is the session's "
                     "config.webhooks[].hmac.key, or WHATSAPP_HOOK_HMAC_KEY, set in WAHA?"}));
}

TEST_F(WahaTest, TellsAnOperatorOnceAMinuteWhyItRefuses) {
  const auto waha = make();
  const auto refuse = [&] {
    EXPECT_FALSE(waha->handle_webhook(testkit::FakeCall(host_), {.request = {.method = "POST"}}));
    return host_.log_lines.size();
  };
  EXPECT_EQ(refuse(), 1U);
  EXPECT_EQ(refuse(), 1U);
  host_.now_ms += 60'000;
  EXPECT_EQ(refuse(), 2U);
  EXPECT_EQ(host_.log_lines[0].message, "webhook refused");
  EXPECT_NE(host_.log_lines[0].fields.find("WHATSAPP_HOOK_HMAC_KEY"), std::string::npos);
}

TEST_F(WahaTest, RefusesAnotherAlgorithm) {
  EXPECT_EQ(deliver(kBody, {{"X-Webhook-Hmac", kSignature}, {"X-Webhook-Hmac-Algorithm", "sha1"}})
                .error(),
            (Error{ErrorClass::auth, "waha: X-Webhook-Hmac-Algorithm is not sha512"}));
}

TEST_F(WahaTest, RefusesWhatIsOlderThanADay) {
  host_.now_ms += 86'400'000 + 60'000;
  EXPECT_EQ(deliver(kBody, {{"X-Webhook-Hmac", kSignature}}).error().error_class, ErrorClass::auth);
  EXPECT_TRUE(deliver(kBody, {{"X-Webhook-Hmac", kSignature}}, config_with("max_age_h", 48)));
}

TEST_F(WahaTest, TakesAnEarlierKeyAsLongAsItIsConfigured) {
  host_.secrets["secret:waha/hmac_key"] = "the new one";
  host_.secrets["secret:waha/old"] = "waha-hmac-key";
  EXPECT_TRUE(deliver(kBody, {{"X-Webhook-Hmac", kSignature}},
                      config_with("previous_hmac_keys", {"secret:waha/old"})));
}

TEST_F(WahaTest, AnswersOtherMethodsWith405) {
  EXPECT_EQ(make()->handle_webhook(testkit::FakeCall(host_), {.request = {.method = "GET"}}),
            Result(WebhookEvents{.answer = channel::HttpAnswer{.status = 405}}));
}

TEST_F(WahaTest, NeedsEachOfItsSecrets) {
  for (const auto* name : {"api_key", "hmac_key"}) {
    const auto value = std::exchange(host_.secrets["secret:waha/" + std::string(name)], "");
    EXPECT_EQ(Waha::create(host_.host(), kConfig).error(),
              (Error{ErrorClass::config, "waha: " + std::string(name) + " is missing or empty"}));
    host_.secrets["secret:waha/" + std::string(name)] = value;
  }
}

// ---- Whom it sends to.

TEST_F(WahaTest, LooksANumberUpOnceBeforeItIsFirstWrittenTo) {
  const auto waha = make();
  expect_exists("34655010203", "34655010203@c.us");
  expect_text("34655010203@c.us", "Hola", accepted("3EB0OUT1"));
  expect_text("34655010203@c.us", "Adiós", accepted("3EB0OUT2"));
  EXPECT_EQ(send(*waha, {.text = "Hola"}), Result(SendReply{.message_ids = {"3EB0OUT1"}}));
  EXPECT_EQ(send(*waha, {.text = "Adiós"}), Result(SendReply{.message_ids = {"3EB0OUT2"}}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(WahaTest, DoesNotLookUpWhoWrote) {
  const auto waha = make();
  hear(*waha, "34655010203@c.us");
  expect_text("34655010203@c.us", "Hola", accepted("3EB0OUT1"));
  EXPECT_EQ(send(*waha, {.text = "Hola"}), Result(SendReply{.message_ids = {"3EB0OUT1"}}));
}

TEST_F(WahaTest, DoesNotWriteToWhoIsNotOnWhatsApp) {
  expect_get("/api/contacts/check-exists?phone=34655010203&session=default",
             R"({"numberExists":false,"chatId":null})");
  EXPECT_EQ(send(*make(), {.text = "Hola"}),
            Result<SendReply>(Error{ErrorClass::permanent, "waha: the number is not on WhatsApp"}));
  EXPECT_EQ(host_.sent.size(), 1U);
}

TEST_F(WahaTest, SendsAFileByTheMethodThatIsForFiles) {
  const auto waha = make();
  hear(*waha, "34655010203@c.us");
  const SendRequest request{.recipient = "+34655010203",
                            .text = "Hola",
                            .media = channel::Media{.kind = "image", .mime_type = "image/png"}};
  expect_text("34655010203@c.us", "Hola", accepted("3EB0OUT1"));
  EXPECT_TRUE(send(*waha, request));
  expect("POST", "/api/sendImage", accepted("3EB0OUT2"),
         R"({"session":"default","chatId":"34655010203@c.us","file":{"mimetype":"image/png",)"
         R"("data":"UE5H"},"caption":"Hola"})");
  EXPECT_EQ(waha->send_media(testkit::FakeCall(host_), request, "PNG"),
            Result(SendReply{.message_ids = {"3EB0OUT2"}}));
}

TEST_F(WahaTest, WritesToTheFormUnderWhichWhatsAppKnowsTheNumber) {
  expect_exists("5511987654321", "551187654321@c.us");
  expect_text("551187654321@c.us", "Oi", accepted("3EB0OUT1"));
  EXPECT_EQ(send(*make(), {.recipient = "+5511987654321", .text = "Oi"}),
            Result(SendReply{.message_ids = {"3EB0OUT1"}, .recipient_alias = "+551187654321"}));
}

TEST_F(WahaTest, AnswersInTheChatThatTheGuestWroteFrom) {
  const auto waha = make();
  hear(*waha, "199000000000007@lid",
       R"(,"_data":{"Info":{"SenderAlt":"34655010203@s.whatsapp.net"}})");
  expect_text("199000000000007@lid", "Hola", accepted("3EB0OUT1"),
              R"(,"reply_to":"false_199000000000007@lid_3EB0AA")");
  EXPECT_EQ(send(*waha, {.text = "Hola", .reply_to = "3EB0AA"}),
            Result(SendReply{.message_ids = {"3EB0OUT1"}}));
}

TEST_F(WahaTest, AsksOnceWhoseHiddenIdItIs) {
  const auto waha = make();
  expect_get("/api/default/lids/199000000000007%40lid",
             R"({"lid":"199000000000007@lid","pn":"34655010203@c.us"})");
  expect_text("199000000000007@lid", "Hola", accepted("3EB0OUT1"));
  expect_text("199000000000007@lid", "Hola", accepted("3EB0OUT2"));
  for (const auto* id : {"3EB0OUT1", "3EB0OUT2"})
    EXPECT_EQ(send(*waha, {.recipient = "199000000000007@lid", .text = "Hola"}),
              Result(SendReply{.message_ids = {id}, .recipient_alias = "+34655010203"}));
  // From now on he is his number.
  const auto events =
      post(*waha, event("message", R"({"id":"false_199000000000007@lid_3EB0BB",)"
                                   R"("from":"199000000000007@lid","body":"Hola"})"));
  ASSERT_TRUE(events);
  EXPECT_EQ(events->messages.at(0).sender_id, "+34655010203");
}

TEST_F(WahaTest, WritesToAHiddenIdThatStaysHidden) {
  expect_get("/api/default/lids/199000000000007%40lid",
             R"({"lid":"199000000000007@lid","pn":null})");
  expect_text("199000000000007@lid", "Hola", accepted("3EB0OUT1"));
  EXPECT_EQ(send(*make(), {.recipient = "199000000000007@lid", .text = "Hola"}),
            Result(SendReply{.message_ids = {"3EB0OUT1"}}));
}

TEST_F(WahaTest, LetsTheSendingSayWhatIsWrongWithTheSession) {
  expect_get("/api/contacts/check-exists?phone=34655010203&session=default", "{}", 422);
  expect_text("34655010203@c.us", "Hola",
              HttpResponse{.status = 422, .body = R"({"status":"SCAN_QR_CODE"})"});
  EXPECT_EQ(send(*make(), {.text = "Hola"}).error().error_class, ErrorClass::config);
}

TEST_F(WahaTest, WaitsWhenALookUpIsAskedToWait) {
  expect_get("/api/contacts/check-exists?phone=34655010203&session=default", "{}", 429);
  expect_get("/api/default/lids/199000000000007%40lid", "{}", 429);
  const Error wait{ErrorClass::retry, "waha: HTTP 429", std::chrono::seconds(60), "429"};
  for (const auto* recipient : {"+34655010203", "199000000000007@lid"})
    EXPECT_EQ(send(*make(), {.recipient = recipient, .text = "Hola"}).error(), wait);
}

TEST_F(WahaTest, ALookUpThatGotNoAnswerSentNothing) {
  expect("GET", "/api/contacts/check-exists?phone=34655010203&session=default",
         Error{ErrorClass::deadline, "no answer in time"});
  EXPECT_EQ(send(*make(), {.text = "Hola"}).error(),
            (Error{ErrorClass::retry, "no answer in time"}));
}

TEST_F(WahaTest, WritesToNothingButItsAddressesFromNothingButItsSession) {
  const auto waha = make();
  for (const auto* recipient : {"34655010203", "../x@lid", "ES.1029"})
    EXPECT_EQ(send(*waha, {.recipient = recipient, .text = "Hola"}).error().error_class,
              ErrorClass::permanent);
  EXPECT_EQ(send(*waha, {.account = "reception", .text = "Hola"}).error().error_class,
            ErrorClass::config);
  EXPECT_TRUE(host_.sent.empty());
}

TEST_F(WahaTest, MarksTheChatAsSeenAndDoesNotMindIfItCannot) {
  const auto waha = make(config_with("send_seen", true));
  hear(*waha, "34655010203@c.us");
  expect("POST", "/api/sendSeen", HttpResponse{.status = 500},
         R"({"chatId":"34655010203@c.us","session":"default"})");
  expect_text("34655010203@c.us", "Hola", accepted("3EB0OUT1"));
  EXPECT_TRUE(send(*waha, {.text = "Hola"}));
}

// ---- Once.

TEST_F(WahaTest, GivesItsOwnIdWhereTheEngineKnowsAMessageByIt) {
  const auto waha = make();
  hear(*waha, "34655010203@c.us");
  expect_engine("GOWS");
  const auto with_id = R"(,"id":")" + std::string(kIdOfR1) + R"(")";
  expect_text("34655010203@c.us", "Hola", Error{ErrorClass::deadline, "no answer in time"},
              with_id);
  expect_text("34655010203@c.us", "Hola", accepted(kIdOfR1), with_id);
  EXPECT_EQ(send(*waha, {.text = "Hola", .reference = "r1"}).error().error_class,
            ErrorClass::deadline);
  EXPECT_EQ(send(*waha, {.text = "Hola", .reference = "r1"}),
            Result(SendReply{.message_ids = {std::string(kIdOfR1)}}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(WahaTest, DerivesTheIdFromTheCallsKeyIfThereIsOne) {
  const auto waha = make();
  hear(*waha, "34655010203@c.us");
  expect_engine("NOWEB");
  expect_text("34655010203@c.us", "Hola", accepted(kIdOfR1),
              R"(,"id":")" + std::string(kIdOfR1) + R"(")");
  const testkit::FakeCall call(host_, std::chrono::seconds(10), "r1");
  EXPECT_TRUE(
      waha->send(call, {.recipient = "+34655010203", .text = "Hola", .reference = "other"}));
}

TEST_F(WahaTest, GivesNoIdToTheOtherEngines) {
  for (const auto* name : {"WEBJS", "WPP"}) {
    const auto waha = make();
    hear(*waha, "34655010203@c.us");
    expect_engine(name);
    expect_text("34655010203@c.us", "Hola", accepted("3EB0OUT1"));
    EXPECT_TRUE(send(*waha, {.text = "Hola", .reference = "r1"}));
  }
}

TEST_F(WahaTest, LearnsTheEngineFromAWebhook) {
  const auto waha = make();
  ASSERT_TRUE(post(*waha, R"({"event":"presence.update","session":"default","engine":"WEBJS"})"));
  hear(*waha, "34655010203@c.us");
  expect_text("34655010203@c.us", "Hola", accepted("3EB0OUT1"));
  EXPECT_TRUE(send(*waha, {.text = "Hola", .reference = "r1"}));
}

TEST_F(WahaTest, GoesOnWithThePartThatFailed) {
  const auto waha = make();
  hear(*waha, "34655010203@c.us");
  expect_engine("WEBJS");
  const std::string first(4000, 'a');
  const std::string second(4000, 'b');
  const SendRequest request{.text = first + " " + second, .reference = "r1"};
  expect_text("34655010203@c.us", first, accepted("3EB0OUT1"));
  expect_text("34655010203@c.us", second, HttpResponse{.status = 503});
  EXPECT_EQ(send(*waha, request).error(),
            (Error{ErrorClass::retry, "waha: HTTP 503 (in part 2 of 2)", {}, "503"}));
  expect_text("34655010203@c.us", second, accepted("3EB0OUT2"));
  EXPECT_EQ(send(*waha, request), Result(SendReply{.message_ids = {"3EB0OUT1", "3EB0OUT2"}}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(WahaTest, GivesUpWhenTheEngineSaysTheSameTwice) {
  const auto waha = make();
  hear(*waha, "34655010203@c.us");
  expect_engine("WEBJS");
  const HttpResponse failed{.status = 500,
                            .body = R"({"exception":{"message":"Evaluation failed: t"}})"};
  expect_text("34655010203@c.us", "Hola", failed);
  expect_text("34655010203@c.us", "Hola", failed);
  EXPECT_EQ(send(*waha, {.text = "Hola", .reference = "r1"}).error().error_class,
            ErrorClass::retry);
  EXPECT_EQ(send(*waha, {.text = "Hola", .reference = "r1"}).error(),
            (Error{ErrorClass::permanent,
                   "waha: HTTP 500 again: its engine does not take this message",
                   {},
                   "500"}));
}

TEST_F(WahaTest, ConnectsAStatusWithTheReferenceOfItsMessage) {
  const auto waha = make();
  hear(*waha, "34655010203@c.us");
  expect_engine("WEBJS");
  expect_text("34655010203@c.us", "Hola", accepted("3EB0OUT1"));
  ASSERT_TRUE(send(*waha, {.text = "Hola", .reference = "r1"}));
  const auto events =
      post(*waha, event("message.ack", R"({"id":"true_34655010203@c.us_3EB0OUT1",)"
                                       R"("from":"34655010203@c.us","fromMe":true,"ack":2})"));
  EXPECT_EQ(events, Result(WebhookEvents{.statuses = {{.message_id = "3EB0OUT1",
                                                       .status = "delivered",
                                                       .recipient_id = "+34655010203",
                                                       .reference = "r1",
                                                       .timestamp_ms = host_.now_ms}}}));
}

TEST_F(WahaTest, DoesNotTakeAPartsAckForThatOfTheWholeUnlessItFailed) {
  const auto waha = make();
  hear(*waha, "34655010203@c.us");
  expect_engine("WEBJS");
  const std::string first(4000, 'a');
  const std::string second(4000, 'b');
  expect_text("34655010203@c.us", first, accepted("3EB0OUT1"));
  expect_text("34655010203@c.us", second, accepted("3EB0OUT2"));
  ASSERT_TRUE(send(*waha, {.text = first + " " + second, .reference = "r1"}));
  const auto reference = [&](const std::string& id, int ack) {
    const auto events =
        post(*waha, event("message.ack", R"({"id":"true_34655010203@c.us_)" + id +
                                             R"(","from":"34655010203@c.us","fromMe":true,"ack":)" +
                                             std::to_string(ack) + "}"));
    return events->statuses.at(0).reference;
  };
  EXPECT_EQ(reference("3EB0OUT1", 1), "");
  EXPECT_EQ(reference("3EB0OUT1", 3), "");
  EXPECT_EQ(reference("3EB0OUT1", -1), "r1");
  EXPECT_EQ(reference("3EB0OUT2", 1), "r1");
}

// ---- Choices.

TEST_F(WahaTest, TakesTheNumberOfALineForItsChoiceUntilTheNextMessage) {
  const auto waha = make();
  const auto said = [&](const std::string& text) {
    const auto events =
        post(*waha, event("message", R"({"id":"false_34655010203@c.us_3EB0BB","from":)"
                                     R"("34655010203@c.us","body":")" +
                                         text + R"("})"));
    const auto& message = events->messages.at(0);
    return message.type + " " + (message.choice ? message.choice->id : message.text);
  };
  hear(*waha, "34655010203@c.us");
  expect_text("34655010203@c.us", R"(¿Confirma?\n\n1. Sí\n2. No)", accepted("3EB0OUT1"));
  ASSERT_TRUE(
      send(*waha, {.text = "¿Confirma?",
                   .buttons = {{.id = "yes", .title = "Sí"}, {.id = "no", .title = "No"}}}));
  EXPECT_EQ(said("2"), "choice no");
  EXPECT_EQ(said("1."), "choice yes");
  EXPECT_EQ(said("Sí"), "choice yes");
  for (const auto* text : {"0", "3", "21", "uno", "-1", "1 2"})
    EXPECT_EQ(said(text), "text " + std::string(text));
  expect_text("34655010203@c.us", "¿Cuántos?", accepted("3EB0OUT2"));
  ASSERT_TRUE(send(*waha, {.text = "¿Cuántos?"}));
  EXPECT_EQ(said("2"), "text 2");
  EXPECT_TRUE(host_.kv.empty());
}

TEST_F(WahaTest, KnowsItsPollsAndLinesAfterARestart) {
  const auto config = config_with("choices", "poll");
  {
    const auto waha = make(config);
    hear(*waha, "34655010203@c.us");
    expect("POST", "/api/sendPoll", accepted("3EB0POLL"),
           R"({"session":"default","chatId":"34655010203@c.us","poll":{"name":"¿Confirma?",)"
           R"("options":["Sí","No"],"multipleAnswers":false}})");
    ASSERT_TRUE(
        send(*waha, {.text = "¿Confirma?",
                     .buttons = {{.id = "yes", .title = "Sí"}, {.id = "no", .title = "No"}}}));
  }
  const auto again = make(config);
  ASSERT_TRUE(again->start(testkit::FakeCall(host_)));
  const auto events =
      post(*again, event("poll.vote", R"({"vote":{"id":"false_34655010203@c.us_3EB0P2",)"
                                      R"("from":"34655010203@c.us","selectedOptions":["No"]},)"
                                      R"("poll":{"id":"true_34655010203@c.us_3EB0POLL"}})"));
  ASSERT_TRUE(events);
  EXPECT_EQ(events->messages.at(0).choice, (channel::Choice{.id = "no", .title = "No"}));
}

TEST_F(WahaTest, StartsWithWhateverIsInItsStore) {
  host_.kv = {
      {"offer/+34655010203", {"not JSON", 1}}, {"offer/x", {"[7]", 1}}, {"sendings", {"{}", 1}}};
  EXPECT_TRUE(make()->start(testkit::FakeCall(host_)));
  EXPECT_EQ(host_.kv.size(), 2U);
}

TEST_F(WahaTest, SaysWhatItCarries) {
  EXPECT_EQ(make()->capabilities(), (channel::Capabilities{.max_text = 4096,
                                                           .max_buttons = 12,
                                                           .max_list = 12,
                                                           .audio = true,
                                                           .media = true,
                                                           .location = true,
                                                           .max_media_bytes = 16'777'216,
                                                           .statuses = true}));
}

}  // namespace
}  // namespace conserje::waha
