// The plugin as its host sees it: whom it asks, what it makes of the answer, and who answers when
// the server does not.
#include "rasa.hpp"

#include <gtest/gtest.h>

#include "conserje/testkit/fake_host.hpp"

namespace conserje::rasa {
namespace {

using nlu::ParseReply;
using nlu::ParseRequest;

ParseRequest asked(std::string text, std::string pending = "") {
  return {.text = std::move(text),
          .now = "2026-08-05T09:00:00",
          .time_zone = "America/Argentina/Salta",
          .pending = std::move(pending)};
}

const std::string kGreeting = R"({"intent":{"name":"greeting","confidence":0.97}})";

class RasaTest : public testing::Test {
 protected:
  void SetUp() override {
    fake_.secrets["secret:nlu/token"] = "t k&n";
    answer(HttpResponse{.status = 200, .body = kGreeting});
  }
  void answer(const Result<HttpResponse>& response) {
    fake_.answer_http([response](const auto&, auto) { return response; });
  }
  std::unique_ptr<Rasa> make(Json config = Json::object()) {
    config.update({{"url", "http://rasa.test:5005/"}});
    auto made = Rasa::create(fake_.host(), config);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
  ParseReply parse(Rasa& rasa, const ParseRequest& request) {
    auto reply = rasa.parse(testkit::FakeCall(fake_), request);
    EXPECT_TRUE(reply) << reply.error().message;
    return reply ? *reply : ParseReply{};
  }
  static ParseReply own(const ParseRequest& request) {
    static const auto embedded = nlu::Embedded::create();
    return *(*embedded)->parse(request);
  }

  testkit::FakeHost fake_{};
};

TEST_F(RasaTest, AsksTheServerAboutTheText) {
  (void)parse(*make(), asked("¡Hola! \"Ana\""));
  ASSERT_EQ(fake_.sent.size(), 1U);
  EXPECT_EQ(fake_.sent[0].request,
            (http::HttpCall{.method = "POST",
                            .url = "http://rasa.test:5005/model/parse",
                            .headers = {{"content-type", "application/json"}},
                            .timeout_ms = 2000}));
  EXPECT_EQ(fake_.sent[0].body, R"({"text":"¡Hola! \"Ana\""})");
}

TEST_F(RasaTest, ShowsItsTokenOrItsJwt) {
  (void)parse(*make({{"token", "secret:nlu/token"}}), asked("hola"));
  EXPECT_EQ(fake_.sent[0].request.url, "http://rasa.test:5005/model/parse?token=t%20k%26n");
  (void)parse(*make({{"jwt", "secret:nlu/token"}}), asked("hola"));
  EXPECT_EQ(fake_.sent[1].request.headers.back(),
            (http::HttpHeader{"authorization", "Bearer t k&n"}));
  const auto both = Rasa::create(
      fake_.host(), {{"url", "http://rasa.test"}, {"token", "secret:a"}, {"jwt", "secret:b"}});
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().error_class, ErrorClass::config);
}

TEST_F(RasaTest, TellsTheServersIntentWithOurDates) {
  const auto request = asked("ñandú: mesa para 4 el 10 de diciembre, por favor");
  answer(HttpResponse{
      .status = 200,
      .body = R"({"intent":{"name":"book_table","confidence":0.9},"entities":[)"
              R"({"entity":"bird","start":0,"end":5,"value":"rhea","confidence_entity":0.8},)"
              R"({"entity":"time","start":19,"end":37,"value":"1999-01-01","confidence":1.0},)"
              R"({"entity":"beyond","start":40,"end":400,"value":"x"}],)"
              R"("intent_ranking":[{"name":"book_table","confidence":0.9},)"
              R"({"name":"greeting","confidence":0.1}]})"});
  auto wanted = own(request);
  wanted.intent = {"make_reservation", 0.9};
  wanted.ranking = {{"make_reservation", 0.9}, {"greeting", 0.1}};
  wanted.topic = "";
  wanted.entities.insert(wanted.entities.begin(), {.type = "bird",
                                                   .text = "ñandú",
                                                   .start_byte = 0,
                                                   .end_byte = 7,
                                                   .value = "rhea",
                                                   .confidence = 0.8});
  const auto rasa = make({{"intents", {{{"from", "book_table"}, {"to", "make_reservation"}}}}});
  EXPECT_EQ(parse(*rasa, request), wanted);
}

TEST_F(RasaTest, IsUnsureWhereTheServerFellBack) {
  answer(HttpResponse{.status = 200,
                      .body = R"({"intent":{"name":"nlu_fallback","confidence":1.0},)"
                              R"("intent_ranking":[{"name":"nlu_fallback","confidence":1.0},)"
                              R"({"name":"human","confidence":0.55}]})"});
  EXPECT_EQ(parse(*make(), asked("hola")).intent, (nlu::Intent{"human", 0.3}));
  answer(HttpResponse{.status = 200,
                      .body = R"({"intent":{"name":"nlu_fallback","confidence":1.0}})"});
  EXPECT_EQ(parse(*make(), asked("hola")).intent, (nlu::Intent{"out_of_scope", 0}));
}

TEST_F(RasaTest, LetsTheEmbeddedEngineReadAnswersToOurQuestions) {
  const auto request = asked("2", "party_size");
  EXPECT_EQ(parse(*make(), request), own(request));
  EXPECT_TRUE(fake_.sent.empty());
}

TEST_F(RasaTest, AnswersByTheEmbeddedEngineWhatTheServerDoesNot) {
  const auto request = asked("quiero cancelar mi reserva");
  const std::vector<Result<HttpResponse>> failures = {
      Error{ErrorClass::deadline, "no answer"},
      HttpResponse{.status = 401},
      HttpResponse{.status = 409},
      HttpResponse{.status = 500, .body = R"({"status":"failure","code":500})"},
      HttpResponse{.status = 200, .body = "<html>"},
      HttpResponse{.status = 200, .body = R"({"intent":{"name":null,"confidence":0}})"},
      HttpResponse{.status = 400}};
  for (const auto& failure : failures) {
    answer(failure);
    EXPECT_EQ(parse(*make(), request), own(request));
  }
}

TEST_F(RasaTest, SendsOnceMoreWhatWasNotSent) {
  answer(Error{ErrorClass::retry, "no connection"});
  (void)parse(*make(), asked("hola"));
  EXPECT_EQ(fake_.sent.size(), 2U);
}

TEST_F(RasaTest, LeavesAServerInPeaceThatIsAway) {
  const auto rasa = make();
  answer(HttpResponse{.status = 503});
  for (int i = 0; i < 5; ++i) (void)parse(*rasa, asked("hola"));
  EXPECT_EQ(fake_.sent.size(), 3U);
  EXPECT_EQ(rasa->health(), (Health{.state = "degraded", .detail = "rasa: HTTP 503, away"}));
  answer(HttpResponse{.status = 200, .body = kGreeting});
  fake_.monotonic_ns += 31'000'000'000;
  EXPECT_EQ(parse(*rasa, asked("hola")).intent, (nlu::Intent{"greeting", 0.97}));
  EXPECT_EQ(rasa->health(), Health{});
}

TEST_F(RasaTest, AsksAboutTheNextMessageWhenOneIsRefused) {
  const auto rasa = make();
  answer(HttpResponse{.status = 400});
  for (int i = 0; i < 5; ++i) (void)parse(*rasa, asked("hola"));
  EXPECT_EQ(fake_.sent.size(), 5U);
  EXPECT_EQ(rasa->health(), Health{});
}

TEST_F(RasaTest, AsksNothingAboutAnEmptyOrAHugeMessage) {
  const auto rasa = make();
  (void)parse(*rasa, asked(" \n"));
  (void)parse(*rasa, asked(std::string(4097, 'a')));
  EXPECT_TRUE(fake_.sent.empty());
}

}  // namespace
}  // namespace conserje::rasa
