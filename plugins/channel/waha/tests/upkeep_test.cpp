// Acks watched, health asked, lists and files read.
#include "fixture.hpp"
#include "send.hpp"

namespace conserje::waha {
namespace {

using channel::ChannelHealth;
using channel::DeliveryStatus;
using channel::DeliveryStatusReply;
using channel::ListSinceReply;

const std::string kChats = "/api/default/chats/";
const std::string kLucia = kChats + "34655010203%40c.us/messages";
constexpr auto kWorking = R"({"name":"default","status":"WORKING","me":{"id":"34910552010@c.us"}})";

std::string path_of(const std::string& id, const std::string& query = "?downloadMedia=false") {
  return kLucia + "/true_34655010203%40c.us_" + id + query;
}
std::string own(const std::string& id, int ack, const std::string& more = "") {
  return R"({"id":"true_34655010203@c.us_)" + id +
         R"(","from":"34655010203@c.us","fromMe":true,"source":"api","ack":)" +
         std::to_string(ack) + more + "}";
}

class Upkeep : public WahaFixture {
 protected:
  Upkeep() : waha_(make()) {
    EXPECT_TRUE(waha_->start(testkit::FakeCall(host_)));
    EXPECT_TRUE(post(*waha_, event("message", R"({"id":"false_34655010203@c.us_3EB0AA",)"
                                              R"("from":"34655010203@c.us","body":"Hola"})")));
    EXPECT_TRUE(
        post(*waha_, R"({"event":"presence.update","session":"default","engine":"WEBJS"})"));
  }

  void send(const std::string& id, const std::string& recipient = "+34655010203") {
    const auto chat = recipient.substr(1) + "@c.us";
    if (recipient != "+34655010203") expect_exists(recipient.substr(1), chat);
    expect_text(chat, "Hola",
                HttpResponse{.status = 201, .body = R"({"id":"true_)" + chat + "_" + id + R"("})"});
    ASSERT_TRUE(waha_->send(testkit::FakeCall(host_),
                            {.recipient = recipient, .text = "Hola", .reference = "r-" + id}));
  }
  void tick(std::int64_t seconds) {
    host_.now_ms += seconds * 1000;
    EXPECT_TRUE(waha_->on_timer(testkit::FakeCall(host_), "acks"));
  }
  void acknowledge(const std::string& id) {
    EXPECT_TRUE(post(*waha_, event("message.ack", own(id, 1))));
  }
  ChannelHealth health() {
    const auto found = waha_->check_health(testkit::FakeCall(host_));
    return found ? *found : ChannelHealth{.state = "error " + found.error().message};
  }
  ChannelHealth working_health() {
    expect_get("/api/sessions/default", kWorking);
    return health();
  }
  DeliveryStatus failed(const std::string& id) {
    return {.message_id = id,
            .status = "failed",
            .recipient_id = "+34655010203",
            .reference = "r-" + id,
            .timestamp_ms = host_.now_ms,
            .error_class = "retry",
            .error_code = "no_ack",
            .error_text = "WhatsApp did not acknowledge it within 60 s"};
  }

  std::unique_ptr<Waha> waha_;
};

// ---- Acks.

TEST_F(Upkeep, WatchesByItsTimers) {
  EXPECT_EQ(host_.timers.at("acks"), (testkit::FakeHost::Timer{15'000, 15'000}));
  EXPECT_EQ(host_.timers.at("lids").every_ms, 21'600'000U);
  EXPECT_TRUE(waha_->drain(testkit::FakeCall(host_)));
  EXPECT_TRUE(host_.timers.empty());
}

TEST_F(Upkeep, TellsThatAMessageWithoutAckHasFailed) {
  send("3EB0OUT1");
  tick(60);
  EXPECT_TRUE(host_.emitted.empty());
  expect_get(path_of("3EB0OUT1"), own("3EB0OUT1", 0));
  tick(1);
  ASSERT_EQ(host_.emitted.size(), 1U);
  EXPECT_EQ(host_.emitted[0], (channel::EmitRequest{.statuses = {failed("3EB0OUT1")}}));
  tick(60);  // Once.
  EXPECT_EQ(host_.emitted.size(), 1U);
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(Upkeep, HasFailedWhatWahaDoesNotKnow) {
  send("3EB0OUT1");
  expect_get(path_of("3EB0OUT1"), "{}", 404);
  tick(61);
  ASSERT_EQ(host_.emitted.size(), 1U);
  EXPECT_EQ(host_.emitted[0].statuses.at(0).status, "failed");
}

TEST_F(Upkeep, AsksNothingOnceTheAckHasCome) {
  send("3EB0OUT1");
  acknowledge("3EB0OUT1");
  tick(61);
  EXPECT_TRUE(host_.emitted.empty());
}

TEST_F(Upkeep, TakesAnAckThatIsFasterThanTheAnswer) {
  acknowledge("3EB0OUT1");
  send("3EB0OUT1");
  tick(61);
  EXPECT_TRUE(host_.emitted.empty());
}

TEST_F(Upkeep, TellsTheAckThatNoWebhookTold) {
  send("3EB0OUT1");
  expect_get(path_of("3EB0OUT1"), own("3EB0OUT1", 3));
  tick(61);
  ASSERT_EQ(host_.emitted.size(), 1U);
  EXPECT_EQ(host_.emitted[0].statuses.at(0), (DeliveryStatus{.message_id = "3EB0OUT1",
                                                             .status = "read",
                                                             .recipient_id = "+34655010203",
                                                             .reference = "r-3EB0OUT1",
                                                             .timestamp_ms = host_.now_ms}));
}

TEST_F(Upkeep, WaitsForAWahaThatIsAwayBeforeItJudges) {
  send("3EB0OUT1");
  expect("GET", path_of("3EB0OUT1"), Error{ErrorClass::retry, "connection refused"});
  expect_get(path_of("3EB0OUT1"), "", 503);
  expect("GET", path_of("3EB0OUT1"), Error{ErrorClass::retry, "connection refused"});
  tick(61);
  tick(15);
  EXPECT_TRUE(host_.emitted.empty());
  tick(600);
  EXPECT_EQ(host_.emitted.size(), 1U);
}

TEST_F(Upkeep, GoesOnWatchingAfterARestartOfTheHost) {
  send("3EB0OUT1");
  EXPECT_TRUE(waha_->drain(testkit::FakeCall(host_)));
  waha_ = make();
  EXPECT_TRUE(waha_->start(testkit::FakeCall(host_)));
  expect_get(path_of("3EB0OUT1"), "{}", 404);
  tick(61);
  ASSERT_EQ(host_.emitted.size(), 1U);
  EXPECT_EQ(host_.emitted[0].statuses.at(0), failed("3EB0OUT1"));
}

// ---- Health.

TEST_F(Upkeep, SaysThatAWorkingSessionIsDeaf) {
  EXPECT_EQ(working_health(), (ChannelHealth{.state = "ok"}));
  send("3EB0OUT1");
  send("3EB0OUT2", "+34600112233");
  expect_get(path_of("3EB0OUT1"), own("3EB0OUT1", 0));
  expect_get(
      kChats + "34600112233%40c.us/messages/true_34600112233%40c.us_3EB0OUT2?downloadMedia=false",
      "{}", 404);
  tick(61);
  EXPECT_EQ(
      working_health(),
      (ChannelHealth{.state = "down",
                     .detail = "WORKING, but WhatsApp did not get the last messages to 2 chats",
                     .restart_helps = true}));
  acknowledge("3EB0OUT3");
  EXPECT_EQ(working_health(), (ChannelHealth{.state = "ok"}));
}

TEST_F(Upkeep, DoesNotTakeOneDeadNumberForDeafness) {
  send("3EB0OUT1");
  send("3EB0OUT2");
  expect_get(path_of("3EB0OUT1"), "{}", 404);
  expect_get(path_of("3EB0OUT2"), "{}", 404);
  tick(61);
  EXPECT_EQ(working_health(), (ChannelHealth{.state = "ok"}));
}

TEST_F(Upkeep, SaysThatWebhooksStopped) {
  acknowledge("3EB0OUT0");
  for (const std::string id : {"3EB0OUT1", "3EB0OUT2"}) {
    send(id);
    expect_get(path_of(id), own(id, 2));
    tick(61);
  }
  const auto found = working_health();
  EXPECT_EQ(found.state, "down");
  EXPECT_TRUE(found.restart_helps);
}

TEST_F(Upkeep, IsDownWhenWahaIsOutOfReach) {
  expect("GET", "/api/sessions/default", Error{ErrorClass::retry, "connection refused"});
  EXPECT_EQ(health(), (ChannelHealth{.state = "down", .detail = "WAHA: connection refused"}));
}

TEST_F(Upkeep, LosesPatienceWithASessionThatConnectsForMinutes) {
  const auto* starting = R"({"name":"default","status":"STARTING"})";
  for (int i = 0; i < 3; ++i) expect_get("/api/sessions/default", starting);
  EXPECT_EQ(health().state, "degraded");
  host_.now_ms += 299'000;
  EXPECT_EQ(health().state, "degraded");
  host_.now_ms += 1'000;
  EXPECT_EQ(health(), (ChannelHealth{.state = "down",
                                     .detail = "STARTING: the session hangs while it connects",
                                     .restart_helps = true}));
}

TEST_F(Upkeep, RestartsASessionAndSaysHowItIsThen) {
  for (const std::string status : {"FAILED", "STOPPED", "WORKING"}) {
    expect_get("/api/sessions/default", R"({"status":")" + status + R"("})");
    expect("POST",
           std::string("/api/sessions/default") + (status == "STOPPED" ? "/start" : "/restart"),
           HttpResponse{.status = 201, .body = "{}"}, "{}");
    expect_get("/api/sessions/default", kWorking);
    EXPECT_EQ(waha_->restart(testkit::FakeCall(host_)), Result(ChannelHealth{.state = "ok"}));
  }
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(Upkeep, DoesNotRestartWhatNeedsAPerson) {
  expect_get("/api/sessions/default", R"({"status":"SCAN_QR_CODE"})");
  const auto found = waha_->restart(testkit::FakeCall(host_));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, "down");
  EXPECT_FALSE(found->restart_helps);
  EXPECT_NE(found->detail.find("operator"), std::string::npos);
  EXPECT_EQ(host_.sent.size(), 1U);
}

TEST_F(Upkeep, LearnsTheHiddenIdsThatWahaKnows) {
  expect_get(
      "/api/default/lids?limit=500&offset=0",
      R"([{"lid":"199000000000009@lid","pn":"34600112233@c.us"},{"lid":"1@lid","pn":null},7])");
  EXPECT_TRUE(waha_->on_timer(testkit::FakeCall(host_), "lids"));
  const auto events =
      post(*waha_, event("message", R"({"id":"false_199000000000009@lid_3EB0BB",)"
                                    R"("from":"199000000000009@lid","body":"Hola"})"));
  ASSERT_TRUE(events);
  EXPECT_EQ(events->messages.at(0).sender_id, "+34600112233");
}

// ---- Files.

class Files : public Upkeep {
 protected:
  Result<Channel::FetchedMedia> fetch(const std::string& url, std::int64_t max_bytes = 100) {
    return waha_->fetch_media(testkit::FakeCall(host_),
                              {.media = {.kind = "image",
                                         .mime_type = "image/jpeg",
                                         .reference = "false_34655010203@c.us_3EB0E2",
                                         .url = url},
                               .max_bytes = max_bytes});
  }
  void expect_refetch(const std::string& media) {
    expect_get(kLucia + "/false_34655010203%40c.us_3EB0E2?downloadMedia=true",
               R"({"id":"false_34655010203@c.us_3EB0E2","media":)" + media + "}");
  }
};

const std::string kLink = "http://localhost:3000/api/files/default/3EB0E2.jpeg";

TEST_F(Files, AreFetchedFromOurHostWithTheKey) {
  expect_get("/api/files/default/3EB0E2.jpeg", "JPEG");
  const auto file = fetch(kLink);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->bytes, "JPEG");
  EXPECT_EQ(file->head, (channel::FetchMediaReply{.mime_type = "image/jpeg"}));
  EXPECT_EQ(host_.sent.back().request.max_response_bytes, 100);
}

TEST_F(Files, AreAskedForAnewWhenTheyAreGoneOrNeverCame) {
  expect_get("/api/files/default/3EB0E2.jpeg", R"({"error":{"code":404}})", 404);
  expect_refetch(
      R"({"url":"http://localhost:3000/api/files/default/new.png","mimetype":"image/png"})");
  expect_get("/api/files/default/new.png", "PNG");
  const auto file = fetch(kLink);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->head.mime_type, "image/png");

  expect_refetch("null");
  EXPECT_EQ(fetch("").error(),
            (Error{ErrorClass::permanent, "waha: it does not have the file any more"}));
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(Files, InABucketAreFetchedWithoutTheKey) {
  waha_ = make(config_with("s3_url", "https://s3.example.org"));
  host_.expect({.method = "GET",
                .url = "https://s3.example.org/a.jpeg?X-Amz-Signature=abc",
                .response = HttpResponse{.status = 200, .body = "JPEG"}});
  ASSERT_TRUE(fetch("https://s3.example.org/a.jpeg?X-Amz-Signature=abc"));
  EXPECT_TRUE(host_.sent.back().request.headers.empty());
}

TEST_F(Files, ElsewhereAreNotFetched) {
  EXPECT_EQ(fetch("http://169.254.169.254/latest").error().error_class, ErrorClass::config);
  EXPECT_TRUE(host_.sent.empty());
}

TEST_F(Files, BeyondTheLimitAreRefused) {
  expect_get("/api/files/default/3EB0E2.jpeg", std::string(101, 'a'));
  EXPECT_EQ(fetch(kLink).error(),
            (Error{ErrorClass::permanent, "waha: the file is larger than allowed"}));
}

// ---- Lists.

class Lists : public Upkeep {
 protected:
  static std::string row(const std::string& id, std::int64_t at, const std::string& more = "") {
    return R"({"id":"false_34655010203@c.us_)" + id +
           R"(","from":"34655010203@c.us","body":"Hola",)"
           R"("timestamp":)" +
           std::to_string(at) + more + "}";
  }
  void expect_lists(const std::string& rows) {
    expect_get(kChats + "overview?limit=100&offset=0",
               R"([{"id":"34655010203@c.us","lastMessage":{"timestamp":1000}},)"
               R"({"id":"120363041234567890@g.us","lastMessage":{"timestamp":1000}},)"
               R"({"id":{"_serialized":"34600112233@c.us"},"lastMessage":{"timestamp":899}}])");
    expect_get(kLucia + "?limit=100&offset=0&downloadMedia=false&filter.timestamp.gte=900",
               "[" + rows + "]");
  }
  Result<ListSinceReply> list(const std::string& cursor = "", std::int64_t limit = 2) {
    return waha_->list_since(testkit::FakeCall(host_),
                             {.since_ms = 900'000, .cursor = cursor, .limit = limit});
  }
  static std::vector<std::string> ids(const ListSinceReply& reply) {
    std::vector<std::string> out;
    for (const auto& message : reply.messages) out.push_back(message.id);
    return out;
  }
};

TEST_F(Lists, GoOnWhereTheyEndedOldestFirst) {
  const auto rows = row("3EB0C3", 1000) + "," + row("3EB0C2", 950) + "," + row("3EB0C1", 950) +
                    "," + row("3EB0C0", 899) + "," + own("3EB0OUT1", 3, R"(,"timestamp":960)");
  expect_lists(rows);
  const auto first = list();
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(ids(*first), (std::vector<std::string>{"3EB0C1", "3EB0C2"}));
  EXPECT_EQ(first->next_cursor, "950000/3EB0C2");
  ASSERT_EQ(first->statuses.size(), 1U);
  EXPECT_EQ(first->statuses[0].status, "read");

  expect_lists(rows);
  const auto second = list(first->next_cursor);
  ASSERT_TRUE(second);
  EXPECT_EQ(ids(*second), std::vector<std::string>{"3EB0C3"});
  EXPECT_EQ(second->next_cursor, "");
  EXPECT_TRUE(second->statuses.empty());
}

TEST_F(Lists, AreNotThereOnAnEngineWithoutAStore) {
  expect_get(kChats + "overview?limit=100&offset=0", R"({"message":"not implemented"})", 422);
  EXPECT_EQ(list().error().error_class, ErrorClass::permanent);
}

TEST_F(Lists, AreNotTakenForEmptyWhereTheyAreNone) {
  const Error none{ErrorClass::permanent, "waha: the list is no list; another version of WAHA?"};
  expect_get(kChats + "overview?limit=100&offset=0", R"({"chats":[]})");
  EXPECT_EQ(list(), Result<ListSinceReply>(none));
  expect_get(kLucia + "?limit=100&offset=0&downloadMedia=false&filter.timestamp.gte=900" +
                 "&filter.fromMe=true",
             R"({"messages":[]})");
  EXPECT_EQ(
      waha_->delivery_status(testkit::FakeCall(host_),
                             {.recipient = "+34655010203", .text = "Hola", .since_ms = 900'000}),
      Result<channel::DeliveryStatusReply>(none));
}

TEST_F(Lists, KnowWhatBecameOfAMessageByItsId) {
  const auto status = [&](const std::string& body, std::int64_t code) {
    expect_get(path_of("3EB0OUT1"), body, code);
    return waha_->delivery_status(testkit::FakeCall(host_),
                                  {.message_id = "3EB0OUT1", .recipient = "+34655010203"});
  };
  EXPECT_EQ(status("{}", 404), Result(DeliveryStatusReply{.found = false}));
  EXPECT_EQ(status(own("3EB0OUT1", 0), 200), Result(DeliveryStatusReply{.found = true}));
  const auto read = status(own("3EB0OUT1", 3), 200);
  ASSERT_TRUE(read && read->status);
  EXPECT_EQ(read->status->status, "read");
  EXPECT_EQ(status("", 503).error().error_class, ErrorClass::retry);
}

TEST_F(Lists, KnowWhatBecameOfAMessageByTheIdThatWeGave) {
  ASSERT_TRUE(post(*waha_, R"({"event":"presence.update","session":"default","engine":"GOWS"})"));
  expect_get(path_of("3EB01FBADF253AFF1859"), own("3EB01FBADF253AFF1859", 1));
  const auto found = waha_->delivery_status(testkit::FakeCall(host_),
                                            {.reference = "r1", .recipient = "+34655010203"});
  ASSERT_TRUE(found && found->status);
  EXPECT_EQ(found->status->status, "sent");
}

TEST_F(Lists, KnowWhatBecameOfAMessageByItsWords) {
  const auto ask = [&](const std::string& text) {
    expect_get(
        kLucia +
            "?limit=100&offset=0&downloadMedia=false&filter.timestamp.gte=900&filter.fromMe=true",
        "[" + own("3EB0OUT1", 1, R"(,"timestamp":950,"body":"Su mesa está lista")") + "]");
    return waha_->delivery_status(
        testkit::FakeCall(host_),
        {.reference = "r1", .recipient = "+34655010203", .text = text, .since_ms = 900'500});
  };
  const auto found = ask("Su mesa está lista ");
  ASSERT_TRUE(found && found->status);
  EXPECT_EQ(found->status->reference, "r1");
  EXPECT_EQ(found->status->message_id, "3EB0OUT1");
  for (const auto* other : {"Otra cosa", "Su mesa", ""})
    EXPECT_EQ(ask(other), Result(DeliveryStatusReply{.found = false})) << other;
}

// ---- Messages of two parts, the outcome of one of which is unknown.

class Parts : public Lists {
 protected:
  void expect_part(const std::string& text, Result<HttpResponse> response,
                   const std::string& id = "") {
    expect_text("34655010203@c.us", text, std::move(response),
                id.empty() ? "" : R"(,"id":")" + id + "\"");
  }
  void expect_list(const std::string& rows) {
    expect_get(kLucia +
                   "?limit=100&offset=0&downloadMedia=false&filter.timestamp.gte=900&filter.fromMe="
                   "true",
               "[" + rows + "]");
  }
  static std::string said(const std::string& id, const std::string& text) {
    return own(id, 1, R"(,"timestamp":950,"body":")" + text + "\"");
  }
  Result<channel::SendReply> send_both() {
    return waha_->send(
        testkit::FakeCall(host_),
        {.recipient = "+34655010203", .text = first_ + " " + second_, .reference = "r1"});
  }
  bool asks_and_finds() {
    const auto reply =
        waha_->delivery_status(testkit::FakeCall(host_), {.reference = "r1",
                                                          .recipient = "+34655010203",
                                                          .text = first_ + " " + second_,
                                                          .since_ms = 900'500});
    EXPECT_TRUE(reply) << reply.error().message;
    return reply->found;
  }

  const std::string first_ = std::string(4000, 'a');
  std::string second_ = std::string(4000, 'b');
  const Error unknown_{ErrorClass::deadline, "no answer in time"};
};
const Result<channel::SendReply> kBoth =
    channel::SendReply{.message_ids = {"3EB0OUT1", "3EB0OUT2"}};

TEST_F(Parts, AreNotAllThereWhereTheLastOneIsMissing) {
  expect_part(first_, accepted("3EB0OUT1"));
  expect_part(second_, unknown_);
  EXPECT_FALSE(send_both());
  expect_list(said("3EB0OUT1", first_));
  EXPECT_FALSE(asks_and_finds());
  expect_part(second_, accepted("3EB0OUT2"));
  EXPECT_EQ(send_both(), kBoth);
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(Parts, AreAllThereWhereTheLastOneIs) {
  expect_part(first_, accepted("3EB0OUT1"));
  expect_part(second_, unknown_);
  EXPECT_FALSE(send_both());
  expect_list(said("3EB0OUT2", second_) + "," + said("3EB0OUT1", first_));
  EXPECT_TRUE(asks_and_finds());
}

TEST_F(Parts, ThatAreInTheListAreNotSentAgain) {
  expect_part(first_, unknown_);
  EXPECT_FALSE(send_both());
  expect_list(said("3EB0OUT1", first_));
  EXPECT_FALSE(asks_and_finds());
  expect_part(second_, accepted("3EB0OUT2"));
  EXPECT_EQ(send_both(), kBoth);
  EXPECT_EQ(host_.unmet(), 0U);
}

TEST_F(Parts, WithTheSameWordsAreTwo) {
  second_ = first_;
  expect_part(first_, unknown_);
  EXPECT_FALSE(send_both());
  expect_list(said("3EB0OUT1", first_));
  EXPECT_FALSE(asks_and_finds());
  expect_part(first_, accepted("3EB0OUT2"));
  EXPECT_EQ(send_both(), kBoth);
}

TEST_F(Parts, AreAskedForByTheLastIdThatWeGave) {
  ASSERT_TRUE(post(*waha_, R"({"event":"presence.update","session":"default","engine":"GOWS"})"));
  const auto id_of = [&](int part) {
    return message_id_from(*host_.host().digest(Digest::sha256, "r1/" + std::to_string(part)));
  };
  expect_part(first_, accepted(id_of(0)), id_of(0));
  expect_part(second_, unknown_, id_of(1));
  EXPECT_FALSE(send_both());
  expect_get(path_of(id_of(1)), "{}", 404);
  EXPECT_FALSE(asks_and_finds());
  expect_get(path_of(id_of(1)), own(id_of(1), 1));
  EXPECT_TRUE(asks_and_finds());
  EXPECT_EQ(host_.unmet(), 0U);
}

}  // namespace
}  // namespace conserje::waha
