#include "cli/nlu_score.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

NluRow row(const char* line) {
  auto read = read_nlu_row(line, "es", "2026-11-20T10:00:00");
  EXPECT_TRUE(read) << line;
  return read ? *read : NluRow{};
}

nlu::ParseReply intent(const char* name, double confidence) {
  return {
      .language = "es", .intent = {name, confidence}, .ranking = {}, .topic = {}, .entities = {}};
}

nlu::ParseReply entity(const char* type, const char* text, Json value) {
  auto reply = intent("greeting", 1);
  reply.entities.push_back({.type = type,
                            .text = text,
                            .start_byte = 0,
                            .end_byte = 1,
                            .value = std::move(value),
                            .confidence = 1});
  return reply;
}

using Found = std::map<std::string, NluShare>;

Found found(const char* line, const nlu::ParseReply& reply) {
  NluScore score;
  score.add(row(line), reply);
  return score.found();
}

TEST(NluRow, AsksItsTextAtItsTime) {
  EXPECT_EQ(row(R"({"lang": "pt", "input": "hoje", "ref": "2013-02-12T04:30:00", "kind": "value",
                    "start": "2013-02-12T00:00:00", "end": null, "grain": "day"})")
                .request,
            (nlu::ParseRequest{.text = "hoje",
                               .language = "pt",
                               .now = "2013-02-12T04:30:00",
                               .time_zone = "UTC",
                               .pending = ""}));
  EXPECT_EQ(row(R"({"text": "hola", "intent": "greeting"})").request.now, "2026-11-20T10:00:00");
}

TEST(NluRow, IsToldByItsShape) {
  EXPECT_EQ(row(R"({"text": "a", "intent": "x"})").kind, NluRowKind::intent);
  EXPECT_EQ(row(R"({"text": "a", "accept": []})").kind, NluRowKind::accept);
  EXPECT_EQ(row(R"({"input": "a", "ref": "x", "expected": []})").kind, NluRowKind::dates);
  EXPECT_EQ(row(R"({"input": "a", "expected": [{"value": "2"}]})").kind, NluRowKind::numbers);
  EXPECT_EQ(row(R"({"input": "a", "expected": [{"value": true}]})").kind, NluRowKind::yes_no);
  EXPECT_EQ(row(R"({"text": "a", "intent": "x", "entities": []})").kind, NluRowKind::spans);
  for (const char* wrong :
       {"", "[]", R"({"text": "a"})", R"({"intent": "x"})", R"({"input": "a", "expected": [3]})"})
    EXPECT_FALSE(read_nlu_row(wrong, "es", "")) << wrong;
}

TEST(NluScore, CountsWhatIsOursApartFromWhatIsNot) {
  NluScore score;
  const auto ours = row(R"({"text": "a", "intent": "greeting"})");
  const auto foreign = row(R"({"text": "a", "intent": "out_of_scope"})");
  score.add(ours, intent("greeting", 0.9));
  score.add(ours, intent("thanks", 0.7));
  score.add(ours, intent("out_of_scope", 0.55));
  score.add(foreign, intent("out_of_scope", 0.9));
  score.add(foreign, intent("greeting", 0.2));
  EXPECT_EQ(score.accuracy(), (NluShare{1, 3}));
  EXPECT_EQ(score.refused(), (NluShare{1, 3}));
  EXPECT_EQ(score.foreign_found(), (NluShare{1, 2}));
  EXPECT_EQ(score.covered(), (NluShare{2, 3}));
  EXPECT_EQ(score.covered_right(), (NluShare{1, 2}));
  // greeting: 1 of 3 wanted, 1 of 2 given; out_of_scope: 1 of 2 wanted, 1 of 2 given.
  EXPECT_NEAR(score.macro_f1(), (2.0 * 1 / (3 + 2) + 2.0 * 1 / (2 + 2)) / 2, 1e-9);
}

TEST(NluScore, TakesAnyAcceptedIntentForRight) {
  NluScore score;
  const auto either = row(R"({"text": "a", "accept": ["thanks", "goodbye"]})");
  score.add(either, intent("goodbye", 1));
  score.add(either, intent("help", 1));
  score.add(row(R"({"text": "a", "accept": []})"), intent("help", 1));
  EXPECT_EQ(score.accuracy(), (NluShare{1, 2}));
}

TEST(NluScore, MeasuresCalibration) {
  NluScore score;
  const auto one = row(R"({"text": "a", "intent": "greeting"})");
  score.add(one, intent("greeting", 0.75));
  score.add(one, intent("thanks", 0.75));
  EXPECT_NEAR(score.calibration_error(), 0.25, 1e-9);
}

TEST(NluScore, ComparesDatesByTheirFutureReading) {
  const char* line =
      R"({"input": "a", "ref": "2026-11-20T10:00:00", "expected": [{"type": "date",
          "values": [{"value": "2025-12-10"}, {"value": "2026-12-10"}]}]})";
  EXPECT_EQ(found(line, entity("date", "x", {{"kind", "date"}, {"start", "2026-12-10"}})),
            (Found{{"date", {1, 1}}, {"dates", {1, 1}}}));
  EXPECT_EQ(found(line, entity("date", "x", {{"kind", "date"}, {"start", "2025-12-10"}})),
            (Found{{"date", {0, 1}}, {"dates", {0, 1}}}));
  EXPECT_EQ(found(R"({"input": "a", "ref": "x", "expected": []})", intent("greeting", 1)),
            (Found{{"kept empty", {1, 1}}}));
}

TEST(NluScore, LeavesOutRowsThatTheirSourceDoubts) {
  EXPECT_EQ(found(R"({"input": "a", "ref": "x", "verified": false, "expected": []})",
                  intent("greeting", 1)),
            Found{});
}

TEST(NluScore, CountsAShortPhraseAtItsGrainAndByItsDay) {
  const char* evening = R"({"input": "a", "ref": "2026-11-20T10:00:00", "kind": "interval",
                            "grain": "hour", "start": "2026-11-20T18:00:00",
                            "end": "2026-11-21T00:00:00"})";
  EXPECT_EQ(
      found(
          evening,
          entity(
              "time", "x",
              {{"kind", "range"}, {"grain", "part"}, {"start", "20:00:00"}, {"end", "00:00:00"}})),
      (Found{{"dates", {0, 1}}, {"dates by day", {1, 1}}}));
}

TEST(NluScore, TakesNightsForALength) {
  EXPECT_EQ(found(R"({"input": "a", "ref": "x", "expected": [{"type": "duration",
                      "values": [{"value": "172800"}]}]})",
                  entity("nights", "x", 2)),
            (Found{{"dates", {1, 1}}, {"duration", {1, 1}}}));
}

TEST(NluScore, LooksForNumbersAnswersAndSpans) {
  EXPECT_EQ(found(R"({"input": "a", "expected": [{"value": "2"}]})",
                  entity("party_size", "x", {{"adults", 2}, {"children", 0}})),
            (Found{{"numbers", {1, 1}}}));
  EXPECT_EQ(
      found(R"({"input": "a", "expected": [{"value": false}]})", entity("yes_no", "no", "no")),
      (Found{{"yes/no", {1, 1}}}));
  EXPECT_EQ(found(R"({"text": "a", "entities": [{"entity": "party_size_number", "text": "four"}]})",
                  entity("party_size", "four people", Json::object())),
            (Found{{"party_size_number", {1, 1}}}));
}

TEST(NluScore, LooksForSlots) {
  EXPECT_EQ(found(R"({"text": "a", "accept": [], "slots": {"rooms": {"value": 4},
                      "date_to": {"value": {"day": 9, "month": 5, "year": 2022}}}})",
                  entity("date", "x", {{"start", "2022-05-03"}, {"end", "2022-05-09"}})),
            (Found{{"date_to", {1, 1}}, {"rooms", {0, 1}}}));
}

TEST(NluScore, IsToldInLinesForPeople) {
  NluScore score;
  score.add(row(R"({"text": "a", "intent": "greeting"})"), intent("thanks", 1));
  EXPECT_EQ(score.describe("set"),
            "set: accuracy            0/1      =   0.0 %\n"
            "set: refused             0/1      =   0.0 %\n"
            "set: confident           1/1      = 100.0 %\n"
            "set:   and right         0/1      =   0.0 %\n"
            "set: macro-F1       0.000\n"
            "set: ECE            1.000\n"
            "set: 1 x greeting taken for thanks\n");
  EXPECT_EQ(NluScore().describe("set"), "");
}

}  // namespace
}  // namespace conserje
