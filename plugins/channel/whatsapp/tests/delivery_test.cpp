// What goes out, once: parts, templates, files, read receipts, and the limits that hold it back.
#include "plugin_test.hpp"
#include "send.hpp"

namespace conserje::whatsapp {
namespace {

using channel::SendRequest;
using namespace std::chrono_literals;

const std::string kFirst(4000, 'a');
const std::string kSecond(4000, 'b');

std::string part_body(const std::string& text, const std::string& data) {
  return R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"34655010203",)"
         R"("type":"text","text":{"body":")" +
         text + R"(","preview_url":false},"biz_opaque_callback_data":")" + data + "\"}";
}

class Delivery : public WhatsAppTest {
 protected:
  Delivery() : plugin_(make()) {}

  void expect_first(Result<HttpResponse> response) {
    expect_post(part_body(kFirst, "r1/part:0"), std::move(response));
  }
  void expect_second(Result<HttpResponse> response) {
    expect_post(part_body(kSecond, "r1"), std::move(response));
  }
  void expect_file(const std::string& file, Result<HttpResponse> response,
                   const std::string& mime_type = "image/png") {
    const auto digest = to_hex(*host_.host().digest(Digest::sha256, file));
    const auto form = upload_form(file, mime_type, "conserje-" + digest);
    host_.expect(
        {.url = "http://graph.test/v23.0/415882930112233/media",
         .headers = {{"authorization", "Bearer EAAG-token"}, {"content-type", form.content_type}},
         .body = form.body,
         .response = std::move(response)});
  }
  void expect_image(const std::string& id, Result<HttpResponse> response,
                    const std::string& reference = "r1") {
    expect_post(
        R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"34655010203",)"
        R"("type":"image","image":{"id":")" +
            id + R"(","caption":"Plano"},"biz_opaque_callback_data":")" + reference + "\"}",
        std::move(response));
  }

  Result<SendReply> deliver_message(const SendRequest& request, std::uint32_t attempt = 1) {
    testkit::FakeCall call(host_);
    call.wire.attempt = attempt;
    return plugin_->send(call, request);
  }
  Result<SendReply> deliver_long() {
    return deliver_message(
        {.recipient = "+34655010203", .text = kFirst + " " + kSecond, .reference = "r1"});
  }
  Result<SendReply> deliver_text(const std::string& recipient = "+34655010203",
                                 const std::string& reference = "r1") {
    return deliver_message({.recipient = recipient, .text = "Hola", .reference = reference});
  }
  Result<SendReply> deliver_file(const std::string& file, const std::string& reference = "r1") {
    return plugin_->send_media(testkit::FakeCall(host_),
                               {.recipient = "+34655010203",
                                .text = "Plano",
                                .media = channel::Media{.kind = "image", .mime_type = "image/png"},
                                .reference = reference},
                               file);
  }
  WebhookEvents hear(const std::string& elements) {
    const auto events = deliver(*plugin_, delivery_of(elements));
    EXPECT_TRUE(events) << events.error().message;
    return *events;
  }

  std::unique_ptr<WhatsApp> plugin_;
};

const Result<SendReply> kBoth = SendReply{.message_ids = {"wamid.OUT1==", "wamid.OUT2=="}};
const Error kUnknown{ErrorClass::deadline, "no answer in time"};

// ---- Parts.

TEST_F(Delivery, SendsTheNextPartOnlyAfterTheOneBefore) {
  expect_first(accepted("wamid.OUT1=="));
  expect_second(accepted("wamid.OUT2=="));
  EXPECT_EQ(deliver_long(), kBoth);
  EXPECT_EQ(host_.unmet(), 0U);
  EXPECT_TRUE(host_.kv.empty());
}

TEST_F(Delivery, SendsNothingBehindAPartThatWasRefused) {
  expect_first(HttpResponse{.status = 503});
  EXPECT_EQ(deliver_long(),
            Result<SendReply>(Error{ErrorClass::retry, "whatsapp: HTTP 503 (in part 1 of 2)"}));
}

TEST_F(Delivery, DoesNotRepeatThePartsBeforeOneThatWasRefused) {
  expect_first(accepted("wamid.OUT1=="));
  expect_second(HttpResponse{.status = 503});
  EXPECT_EQ(deliver_long(),
            Result<SendReply>(Error{ErrorClass::retry, "whatsapp: HTTP 503 (in part 2 of 2)"}));
  expect_second(accepted("wamid.OUT2=="));
  EXPECT_EQ(deliver_long(), kBoth);
  EXPECT_EQ(host_.sent.size(), 3U);
}

TEST_F(Delivery, DoesNotRepeatThemAfterARestartOfTheHost) {
  expect_first(accepted("wamid.OUT1=="));
  expect_second(HttpResponse{.status = 503});
  EXPECT_FALSE(deliver_long());
  EXPECT_EQ(host_.kv.at("sent/r1").value, R"({"at_ms":1767225600000,"ids":["wamid.OUT1=="]})");

  plugin_ = make();
  EXPECT_TRUE(plugin_->start(testkit::FakeCall(host_)));
  expect_second(accepted("wamid.OUT2=="));
  EXPECT_EQ(deliver_long(), kBoth);
  EXPECT_TRUE(host_.kv.empty());
}

TEST_F(Delivery, RemembersThemAlsoWhereAStatusWasFasterThanTheNextTry) {
  expect_first(accepted("wamid.OUT1=="));
  expect_second(HttpResponse{.status = 503});
  EXPECT_FALSE(deliver_long());
  plugin_ = make();
  hear(status_of("wamid.OUT2==", "sent", "r1"));
  EXPECT_EQ(deliver_long(), kBoth);
  EXPECT_EQ(host_.sent.size(), 2U);
}

TEST_F(Delivery, ForgetsAfterAWeekHowFarAMessageWent) {
  host_.kv["sent/old"] = {R"({"at_ms":1766620800000,"ids":["wamid.1"]})", 1};
  host_.kv["sent/new"] = {R"({"at_ms":1766620800001,"ids":["wamid.2"]})", 1};
  host_.kv["sent/broken"] = {"{", 1};
  EXPECT_TRUE(plugin_->start(testkit::FakeCall(host_)));
  ASSERT_EQ(host_.kv.size(), 1U);
  EXPECT_EQ(host_.kv.begin()->first, "sent/new");
}

TEST_F(Delivery, DoesNotRepeatAPartThatAStatusTellsOf) {
  expect_first(kUnknown);
  EXPECT_FALSE(deliver_long());
  // The host is told nothing of it: the message as a whole has not gone.
  EXPECT_EQ(hear(status_of("wamid.OUT1==", "sent", "r1/part:0")), WebhookEvents{.ignored = 1});
  expect_second(accepted("wamid.OUT2=="));
  EXPECT_EQ(deliver_long(), kBoth);
}

TEST_F(Delivery, DoesNotRepeatAMessageThatAStatusTellsOf) {
  expect_post(body_of("Hola"), kUnknown);
  EXPECT_EQ(deliver_text(), Result<SendReply>(kUnknown));
  const auto events = hear(status_of("wamid.OUT1==", "sent", "r1"));
  ASSERT_EQ(events.statuses.size(), 1U);
  EXPECT_EQ(events.statuses[0].reference, "r1");
  EXPECT_EQ(deliver_text(), Result(SendReply{.message_ids = {"wamid.OUT1=="}}));
  EXPECT_EQ(host_.sent.size(), 1U);
}

TEST_F(Delivery, TellsOfTheWholeMessageWhenAPartOfItFails) {
  const auto events = hear(status_of("wamid.OUT1==", "failed", "r1/part:0", 131026));
  ASSERT_EQ(events.statuses.size(), 1U);
  EXPECT_EQ(events.statuses[0], (channel::DeliveryStatus{.message_id = "wamid.OUT1==",
                                                         .status = "failed",
                                                         .recipient_id = "+34655010203",
                                                         .reference = "r1",
                                                         .timestamp_ms = 1'785'920'500'000,
                                                         .error_class = "permanent",
                                                         .error_code = "131026"}));
}

// ---- The window.

TEST_F(Delivery, AsksForATemplateOutsideTheWindow) {
  expect_post(body_of("Hola"), refused(131047));
  EXPECT_EQ(deliver_text(), Result(SendReply{.needs_template = true}));
}

TEST_F(Delivery, AsksForNoTemplateOnceAPartIsThere) {
  expect_first(accepted("wamid.OUT1=="));
  expect_second(refused(131047));
  EXPECT_EQ(deliver_long(),
            Result<SendReply>(
                Error{ErrorClass::permanent, "whatsapp: HTTP 400 (in part 2 of 2)", {}, "131047"}));
}

TEST_F(Delivery, SendsTheTemplateUnderTheReferenceOfWhatFailed) {
  expect_post(body_of("Hola"), accepted("wamid.OUT1=="));
  EXPECT_TRUE(deliver_text());
  const auto events = hear(status_of("wamid.OUT1==", "failed", "r1", 131047));
  ASSERT_EQ(events.statuses.size(), 1U);
  EXPECT_TRUE(events.statuses[0].needs_template);

  const SendRequest late{.recipient = "+34655010203",
                         .template_ = channel::Template{.name = "reply_waiting", .language = "es"},
                         .reference = "r1"};
  expect_post(R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"34655010203",)"
              R"("type":"template","template":{"name":"reply_waiting","language":{"code":"es"}},)"
              R"("biz_opaque_callback_data":"r1"})",
              accepted("wamid.OUT2=="));
  EXPECT_EQ(deliver_message(late), Result(SendReply{.message_ids = {"wamid.OUT2=="}}));
  EXPECT_EQ(host_.unmet(), 0U);
}

// ---- Files.

TEST_F(Delivery, UploadsAFileAndSendsItsId) {
  expect_file("PNG", HttpResponse{.status = 200, .body = R"({"id":"772201998877001"})"});
  expect_image("772201998877001", accepted("wamid.OUT1=="));
  EXPECT_EQ(deliver_file("PNG"), Result(SendReply{.message_ids = {"wamid.OUT1=="}}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(Delivery, UploadsTheSameFileOnce) {
  expect_file("PNG", HttpResponse{.status = 200, .body = R"({"id":"772201998877001"})"});
  expect_image("772201998877001", HttpResponse{.status = 503});
  EXPECT_FALSE(deliver_file("PNG"));
  expect_image("772201998877001", accepted("wamid.OUT1=="));
  EXPECT_TRUE(deliver_file("PNG"));
  host_.now_ms += 30LL * 86'400'000;  // Meta keeps it for so long.
  expect_file("PNG", HttpResponse{.status = 200, .body = R"({"id":"772201998877002"})"});
  expect_image("772201998877002", accepted("wamid.OUT2=="), "r2");
  EXPECT_TRUE(deliver_file("PNG", "r2"));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(Delivery, UploadsAnewWhatMetaNoLongerTakes) {
  expect_file("PNG", HttpResponse{.status = 200, .body = R"({"id":"772201998877001"})"});
  expect_image("772201998877001", HttpResponse{.status = 503});
  EXPECT_FALSE(deliver_file("PNG"));
  expect_image("772201998877001", refused(131009));
  EXPECT_EQ(deliver_file("PNG"),
            Result<SendReply>(Error{ErrorClass::retry, "whatsapp: HTTP 400", {}, "131009"}));
  expect_file("PNG", HttpResponse{.status = 200, .body = R"({"id":"772201998877002"})"});
  expect_image("772201998877002", refused(131009));  // It was not the upload.
  EXPECT_EQ(deliver_file("PNG"),
            Result<SendReply>(Error{ErrorClass::permanent, "whatsapp: HTTP 400", {}, "131009"}));
}

TEST_F(Delivery, HasSentNothingWhenAnUploadIsUnanswered) {
  expect_file("PNG", kUnknown);
  EXPECT_EQ(deliver_file("PNG"), Result<SendReply>(Error{ErrorClass::retry, "no answer in time"}));
  expect_file("PNG", refused(100));
  EXPECT_EQ(deliver_file("PNG"),
            Result<SendReply>(Error{ErrorClass::permanent, "whatsapp: HTTP 400", {}, "100"}));
}

TEST_F(Delivery, UploadsNothingForAMessageThatCannotGo) {
  const channel::SendRequest wrong[] = {{.account = "../me", .recipient = "+34655010203"},
                                        {.recipient = "ana@example.org"}};
  for (auto request : wrong) {
    request.media = channel::Media{.kind = "image", .mime_type = "image/png"};
    EXPECT_FALSE(plugin_->send_media(testkit::FakeCall(host_), request, "PNG"));
  }
  EXPECT_TRUE(host_.sent.empty());
}

TEST_F(Delivery, KeepsAnUploadWhoseMessageFailedForAnotherReason) {
  expect_file("PNG", HttpResponse{.status = 200, .body = R"({"id":"772201998877001"})"});
  expect_image("772201998877001", HttpResponse{.status = 503});
  EXPECT_FALSE(deliver_file("PNG"));
  expect_image("772201998877001", refused(131026));
  EXPECT_EQ(deliver_file("PNG"),
            Result<SendReply>(Error{ErrorClass::permanent, "whatsapp: HTTP 400", {}, "131026"}));
}

TEST_F(Delivery, IsNotConfusedByWhatItDidNotKeepItself) {
  for (const auto* kept : {"", "7", "[]", R"({"ids":7})", R"({"ids":[7,null]})"}) {
    host_.kv["sent/r1"] = {kept, 1};
    plugin_ = make();
    expect_first(accepted("wamid.OUT1=="));
    expect_second(accepted("wamid.OUT2=="));
    EXPECT_EQ(deliver_long(), kBoth) << kept;
  }
}

TEST_F(Delivery, LetsMetaFetchWhatHasALink) {
  expect_post(
      R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"34655010203",)"
      R"("type":"image","image":{"link":"https://cdn.example.org/plano.jpg","caption":"Cómo llegar"}})",
      accepted("wamid.OUT1=="));
  EXPECT_EQ(plugin_->send_media(testkit::FakeCall(host_),
                                {.recipient = "+34655010203",
                                 .media = channel::Media{.kind = "image",
                                                         .url = "https://cdn.example.org/plano.jpg",
                                                         .caption = "Cómo llegar"}},
                                ""),
            Result(SendReply{.message_ids = {"wamid.OUT1=="}}));
}

TEST_F(Delivery, PutsAFileAtTheHeadOfATemplate) {
  plugin_ = make(with(kConfig, {{"templates",
                                 {{{"name", "reply_waiting"},
                                   {"header", {{"kind", "image"}, {"link", "https://x.example/a"}}},
                                   {"parameter_names", {"answer"}}}}}}));
  channel::SendRequest late{
      .recipient = "+34655010203",
      .template_ =
          channel::Template{.name = "reply_waiting", .language = "es", .parameters = {"Sí"}},
      .reference = "r1"};
  const auto expect_template = [&](const std::string& place, const std::string& reference) {
    expect_post(
        R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"34655010203",)"
        R"("type":"template","template":{"name":"reply_waiting","language":{"code":"es"},)"
        R"("components":[{"type":"header","parameters":[{"type":"image","image":{)" +
            place +
            R"(}}]},{"type":"body","parameters":[{"type":"text","parameter_name":"answer","text":"Sí"}]}]},)"
            R"("biz_opaque_callback_data":")" +
            reference + "\"}",
        accepted("wamid.OUT1=="));
  };
  expect_template(R"("link":"https://x.example/a")", "r1");
  EXPECT_TRUE(deliver_message(late));

  expect_file("PNG", HttpResponse{.status = 200, .body = R"({"id":"772201998877001"})"});
  expect_template(R"("id":"772201998877001")", "r2");
  late.reference = "r2";
  late.media = channel::Media{.kind = "image", .mime_type = "image/png"};
  EXPECT_TRUE(plugin_->send_media(testkit::FakeCall(host_), late, "PNG"));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(Delivery, LeavesAFileToSendMedia) {
  expect_post(body_of("Hola"), accepted("wamid.OUT1=="));
  EXPECT_TRUE(
      deliver_message({.recipient = "+34655010203",
                       .text = "Hola",
                       .media = channel::Media{.kind = "image", .url = "https://x.example/a"},
                       .reference = "r1"}));
}

// ---- Limits.

TEST_F(Delivery, CountsTheAttemptsOfTheHost) {
  expect_post(body_of("Hola"), refused(131056, 429));
  EXPECT_EQ(deliver_message({.recipient = "+34655010203", .text = "Hola", .reference = "r1"}, 3),
            Result<SendReply>(Error{ErrorClass::retry, "whatsapp: HTTP 429", 64s, "131056"}));
}

TEST_F(Delivery, LeavesAGuestInPeaceAsLongAsMetaAsks) {
  expect_post(body_of("Hola"), refused(131056));
  EXPECT_FALSE(deliver_text());
  host_.monotonic_ns += 1'000'000'000;
  EXPECT_EQ(deliver_text("+34655010203", "r2"),
            Result<SendReply>(
                Error{ErrorClass::retry, "whatsapp: Meta's limit of before still holds", 3'000ms}));
  expect_post(body_of("Hola", "34655010204"), accepted("wamid.OUT1==", "34655010204"));
  EXPECT_TRUE(deliver_text("+34655010204"));
  host_.monotonic_ns += 3'000'000'000;
  expect_post(body_of("Hola"), accepted("wamid.OUT2=="));
  EXPECT_TRUE(deliver_text());
}

TEST_F(Delivery, HoldsEverythingBackAfterTooManyMessages) {
  expect_post(body_of("Hola"), refused(130429, 429));
  EXPECT_FALSE(deliver_text());
  EXPECT_EQ(deliver_text("+34655010204").error().retry_after, 10'000ms);
  EXPECT_EQ(host_.sent.size(), 1U);
}

TEST_F(Delivery, CallsAPersonWhenMetaLimitsTheNumber) {
  expect_post(body_of("Hola"), refused(131048));
  EXPECT_EQ(deliver_text().error().retry_after, 3'600s);
  ASSERT_EQ(host_.log_lines.size(), 1U);
  EXPECT_EQ(host_.log_lines[0],
            (testkit::FakeHost::LogLine{
                CJ_LOG_ERROR,
                "Meta limits our number for the quality of its messages; see WhatsApp Manager",
                R"({"code":"131048"})"}));
}

// ---- Read receipts.

class ReadReceipts : public Delivery {
 protected:
  void begin(const char* setting) {
    plugin_ = make(with(kConfig, {{"read_receipts", setting}}));
    hear(R"("messages":[{"from":"34655010203","id":"wamid.T1==","timestamp":"1785920400",)"
         R"("type":"text","text":{"body":"Hola"}}])");
  }
};

TEST_F(ReadReceipts, GoBeforeTheAnswerAndOnce) {
  begin("typing");
  expect_post(to_read_receipt("wamid.T1==", true),
              HttpResponse{.status = 200, .body = R"({"success":true})"});
  expect_post(body_of("Hola"), accepted("wamid.OUT1=="));
  EXPECT_TRUE(deliver_text());
  EXPECT_TRUE(deliver_text());  // It has gone; and there is nothing new to read.
  EXPECT_EQ(host_.sent.size(), 2U);
}

TEST_F(ReadReceipts, ThatFailHoldNothingUp) {
  begin("read");
  expect_post(to_read_receipt("wamid.T1==", false), kUnknown);
  expect_post(body_of("Hola"), accepted("wamid.OUT1=="));
  EXPECT_TRUE(deliver_text());
}

TEST_F(ReadReceipts, AreNotSentUnlessTheyAreWanted) {
  begin("off");
  expect_post(body_of("Hola"), accepted("wamid.OUT1=="));
  EXPECT_TRUE(deliver_text());
}

}  // namespace
}  // namespace conserje::whatsapp
