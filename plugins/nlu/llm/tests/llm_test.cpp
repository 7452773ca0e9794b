// The plugin as its host sees it: how it asks, what it believes, and who answers when the model
// does not.
#include "llm.hpp"

#include <gtest/gtest.h>

#include "conserje/testkit/fake_host.hpp"

namespace conserje::llm {
namespace {

using nlu::ParseReply;
using nlu::ParseRequest;

ParseRequest asked(std::string text, std::string pending = "") {
  return {.text = std::move(text),
          .now = "2026-08-05T09:00:00",
          .time_zone = "America/Argentina/Salta",
          .pending = std::move(pending)};
}

/// A completion that says `answer`.
HttpResponse saying(const Json& answer) {
  const Json body = {
      {"choices", {{{"finish_reason", "stop"}, {"message", {{"content", answer.dump()}}}}}}};
  return {.status = 200, .body = body.dump()};
}
Json meaning(const std::string& intent, const Json& entities = Json::array()) {
  return {{"intent", intent}, {"topic", ""}, {"language", "es"}, {"entities", entities}};
}
HttpResponse refusing(const std::string& param) {
  return {.status = 400, .body = Json({{"error", {{"param", param}}}}).dump()};
}

class LlmTest : public testing::Test {
 protected:
  void SetUp() override {
    fake_.secrets["secret:nlu/key"] = "sk-test";
    answer(saying(meaning("greeting")));
  }
  void answer(const Result<HttpResponse>& response) {
    fake_.answer_http([response](const auto&, auto) { return response; });
  }
  std::unique_ptr<Llm> make(Json config = Json::object()) {
    config.update({{"url", "https://llm.test/v1/"}});
    auto made = Llm::create(fake_.host(), config);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
  ParseReply parse(Llm& llm, const ParseRequest& request) {
    auto reply = llm.parse(testkit::FakeCall(fake_), request);
    EXPECT_TRUE(reply) << reply.error().message;
    return reply ? *reply : ParseReply{};
  }
  static ParseReply own(const ParseRequest& request) {
    static const auto embedded = nlu::Embedded::create();
    return *(*embedded)->parse(request);
  }
  Json sent(std::size_t at) const { return *parse_json(fake_.sent.at(at).body); }

  testkit::FakeHost fake_{};
};

TEST_F(LlmTest, AsksTheModelWithTheKey) {
  (void)parse(*make({{"api_key", "secret:nlu/key"}, {"model", "local"}}), asked("Hola"));
  ASSERT_EQ(fake_.sent.size(), 1U);
  const auto& request = fake_.sent[0].request;
  EXPECT_EQ(request.url, "https://llm.test/v1/chat/completions");
  EXPECT_EQ(request.timeout_ms, 4000);
  EXPECT_EQ(request.headers.back(), (http::HttpHeader{"authorization", "Bearer sk-test"}));
  EXPECT_EQ(sent(0)["model"], "local");
  EXPECT_EQ(sent(0)["max_completion_tokens"], 300);
}

TEST_F(LlmTest, MarksEachMessageWithAMarkerOfItsOwn) {
  const auto llm = make();
  (void)parse(*llm, asked("Hola"));
  (void)parse(*llm, asked("Hola"));
  EXPECT_NE(sent(0)["messages"][1]["content"], sent(1)["messages"][1]["content"]);
}

TEST_F(LlmTest, BelievesTheModelAsFarAsTheEmbeddedEngineDoesNotContradict) {
  const auto request = asked("quiero cancelar mi reserva");
  ASSERT_EQ(own(request).intent.name, "cancel_reservation");
  ASSERT_GE(own(request).intent.confidence, 0.6);
  answer(saying(meaning("cancel_reservation")));
  EXPECT_EQ(parse(*make(), request).intent, (nlu::Intent{"cancel_reservation", 0.8}));
  answer(saying(meaning("complaint")));
  const auto disputed = parse(*make(), request);
  EXPECT_EQ(disputed.intent, (nlu::Intent{"complaint", 0.5}));
  ASSERT_GE(disputed.ranking.size(), 2U);
  EXPECT_EQ(disputed.ranking[0], disputed.intent);
  EXPECT_EQ(disputed.ranking[1], (nlu::Intent{"cancel_reservation", 0.5}));
}

TEST_F(LlmTest, ReadsTheDatesThatTheModelPointsAtByTheEmbeddedEngine) {
  const auto request = asked("¿hay lugar el 10 de diciembre para Ana Clara?");
  answer(saying(meaning("check_availability", {{{"type", "date"}, {"text", "el 10 de diciembre"}},
                                               {{"type", "date"}, {"text", "2026-12-10"}},
                                               {{"type", "person_name"}, {"text", "Ana Clara"}}})));
  const auto reply = parse(*make(), request);
  std::vector<std::string> types;
  for (const auto& entity : reply.entities) {
    types.push_back(entity.type);
    EXPECT_EQ(request.text.substr(static_cast<std::size_t>(entity.start_byte),
                                  static_cast<std::size_t>(entity.end_byte - entity.start_byte)),
              entity.text);
  }
  EXPECT_EQ(types, (std::vector<std::string>{"date", "person_name"}));
  EXPECT_EQ(reply.entities.front().value.value("start", "").substr(0, 10), "2026-12-10");
}

TEST_F(LlmTest, TriesTheWaysInOrderAndRemembersTheOneThatIsTaken) {
  fake_.answer_http([](const auto&, std::string_view body) -> Result<HttpResponse> {
    const auto asked = *parse_json(body);
    const bool is_taken = asked.value("/response_format/type"_json_pointer, "") == "json_object";
    return is_taken ? saying(meaning("greeting")) : refusing("response_format");
  });
  const auto llm = make();
  EXPECT_EQ(parse(*llm, asked("Hola")).intent.name, "greeting");
  (void)parse(*llm, asked("Hola"));
  ASSERT_EQ(fake_.sent.size(), 4U);
  EXPECT_EQ(sent(0)["response_format"]["type"], "json_schema");
  EXPECT_TRUE(sent(1).contains("tools"));
  EXPECT_EQ(sent(2)["response_format"]["type"], "json_object");
  EXPECT_EQ(sent(3)["response_format"]["type"], "json_object");
}

TEST_F(LlmTest, KeepsToTheWayThatIsConfigured) {
  answer(refusing("tools"));
  (void)parse(*make({{"structure", "tool"}}), asked("Hola"));
  ASSERT_EQ(fake_.sent.size(), 1U);
  EXPECT_TRUE(sent(0).contains("tools"));
}

TEST_F(LlmTest, LeavesOutATemperatureThatIsRefused) {
  fake_.answer_http([](const auto&, std::string_view body) -> Result<HttpResponse> {
    if (parse_json(body)->contains("temperature")) return refusing("temperature");
    return saying(meaning("greeting"));
  });
  const auto llm = make();
  (void)parse(*llm, asked("Hola"));
  (void)parse(*llm, asked("Hola"));
  EXPECT_EQ(fake_.sent.size(), 3U);
  EXPECT_EQ(sent(1)["response_format"]["type"], "json_schema");
}

TEST_F(LlmTest, HasFourSecondsForAllOfIt) {
  fake_.answer_http([this](const auto&, auto) -> Result<HttpResponse> {
    fake_.monotonic_ns += 1'500'000'000;
    return refusing("response_format");
  });
  const auto request = asked("Hola");
  EXPECT_EQ(parse(*make(), request), own(request));
  std::vector<std::int64_t> timeouts;
  for (const auto& sent : fake_.sent) timeouts.push_back(sent.request.timeout_ms);
  EXPECT_EQ(timeouts, (std::vector<std::int64_t>{4000, 2500, 1000}));
}

TEST_F(LlmTest, AnswersByTheEmbeddedEngineWhatTheModelDoesNot) {
  const auto request = asked("quiero cancelar mi reserva");
  const std::vector<Result<HttpResponse>> failures = {
      Error{ErrorClass::deadline, "no answer"},
      HttpResponse{.status = 401},
      HttpResponse{.status = 404},
      HttpResponse{.status = 429, .headers = {{"retry-after", "20"}}},
      HttpResponse{.status = 200, .body = "<html>"},
      saying(meaning("transfer_money"))};
  for (const auto& failure : failures) {
    answer(failure);
    EXPECT_EQ(parse(*make(), request), own(request));
  }
}

TEST_F(LlmTest, RestsAsLongAsTheServerAsks) {
  const auto llm = make();
  answer(HttpResponse{.status = 429, .headers = {{"retry-after", "20"}}});
  (void)parse(*llm, asked("Hola"));
  (void)parse(*llm, asked("Hola"));
  EXPECT_EQ(fake_.sent.size(), 1U);
  EXPECT_EQ(llm->health(), (Health{.state = "degraded", .detail = "llm: HTTP 429, away"}));
  fake_.monotonic_ns += 20'000'000'000;
  (void)parse(*llm, asked("Hola"));
  EXPECT_EQ(fake_.sent.size(), 2U);
}

TEST_F(LlmTest, LetsTheEmbeddedEngineReadAnswersToOurQuestions) {
  const auto request = asked("2", "party_size");
  EXPECT_EQ(parse(*make(), request), own(request));
  EXPECT_TRUE(fake_.sent.empty());
}

}  // namespace
}  // namespace conserje::llm
