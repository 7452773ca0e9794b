#include "cli/nlu_lines.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace conserje {
namespace {

TEST(NluLines, ReadAQuestionWithAllItMayHold) {
  const auto question = read_question(
      R"({"text": "mañana", "language": "es", "now": "2026-12-10 20:00", "time_zone": "UTC", "pending": "dates"})");
  ASSERT_TRUE(question) << question.error().message;
  EXPECT_EQ(*question, (nlu::ParseRequest{.text = "mañana",
                                          .language = "es",
                                          .now = "2026-12-10T20:00:00",
                                          .time_zone = "UTC",
                                          .pending = "dates"}));
}

TEST(NluLines, ReadAQuestionThatIsOnlyAText) {
  const auto question = read_question(R"({"text": "", "pending": null, "more": 1})");
  ASSERT_TRUE(question);
  EXPECT_EQ(*question, nlu::ParseRequest{});
}

TEST(NluLines, SayWhatIsWrong) {
  for (const auto& [line, said] : {std::pair{"", "JSON"},
                                   {"hola", "JSON"},
                                   {"[]", "text"},
                                   {R"({"text": 3})", "text"},
                                   {"{\"text\": \"\xFF\"}", "UTF-8"},
                                   {R"({"text": "a", "now": 3})", "now"}}) {
    const auto question = read_question(line);
    ASSERT_FALSE(question) << line;
    EXPECT_NE(question.error().message.find(said), std::string::npos) << question.error().message;
  }
}

TEST(NluLines, CountCodePoints) {
  const std::string text = "¡mañana a las 8!";
  const nlu::ParseReply reply{.language = "es",
                              .intent = {"greeting", 0.5},
                              .ranking = {{"greeting", 0.5}, {"help", 0.25}},
                              .topic = "",
                              .entities = {{.type = "date",
                                            .text = "mañana",
                                            .start_byte = 2,
                                            .end_byte = 9,
                                            .value = {{"kind", "date"}},
                                            .confidence = 1}}};
  EXPECT_EQ(
      write_answer(reply, text),
      R"({"intent":"greeting","confidence":0.5,"ranking":[{"intent":"greeting","confidence":0.5},{"intent":"help","confidence":0.25}],"language":"es","entities":[{"entity":"date","text":"mañana","start":1,"end":7,"value":{"kind":"date"}}]})");
}

TEST(NluLines, StayInsideTheTextWhateverAPluginSays) {
  const nlu::ParseReply reply{.language = "es",
                              .intent = {"greeting", 1},
                              .ranking = {},
                              .topic = "wifi",
                              .entities = {{.type = "date",
                                            .text = "x",
                                            .start_byte = -7,
                                            .end_byte = 4000,
                                            .value = 1,
                                            .confidence = 1}}};
  EXPECT_EQ(
      write_answer(reply, "ñ"),
      R"({"intent":"greeting","confidence":1.0,"ranking":[],"topic":"wifi","language":"es","entities":[{"entity":"date","text":"x","start":0,"end":1,"value":1}]})");
}

TEST(NluLines, TellWhatElseIsAskedFor) {
  const nlu::ParseReply reply{.language = "es",
                              .intent = {"cancel_reservation", 0.5},
                              .ranking = {},
                              .also = {{"hotel_info", 0.25, "wifi"}, {"human", 0.5, ""}}};
  EXPECT_EQ(
      write_answer(reply, ""),
      R"({"intent":"cancel_reservation","confidence":0.5,"ranking":[],"also":[{"intent":"hotel_info","confidence":0.25,"topic":"wifi"},{"intent":"human","confidence":0.5}],"language":"es","entities":[]})");
}

TEST(NluLines, AreReadUpToTheirBound) {
  std::istringstream in("one\n\n" + std::string(kMaxNluLineBytes, 'a') + "\n" +
                        std::string(kMaxNluLineBytes + 3, 'b') + "\nlast");
  NluLine line;
  ASSERT_TRUE(read_nlu_line(in, line));
  EXPECT_EQ(line, (NluLine{"one", false}));
  ASSERT_TRUE(read_nlu_line(in, line));
  EXPECT_EQ(line, (NluLine{"", false}));
  ASSERT_TRUE(read_nlu_line(in, line));
  EXPECT_EQ(line, (NluLine{std::string(kMaxNluLineBytes, 'a'), false}));
  ASSERT_TRUE(read_nlu_line(in, line));
  EXPECT_EQ(line, (NluLine{std::string(kMaxNluLineBytes, 'b'), true}));
  ASSERT_TRUE(read_nlu_line(in, line));
  EXPECT_EQ(line, (NluLine{"last", false}));
  EXPECT_FALSE(read_nlu_line(in, line));
}

}  // namespace
}  // namespace conserje
