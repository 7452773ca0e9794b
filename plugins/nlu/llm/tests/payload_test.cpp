#include "payload.hpp"

#include <gtest/gtest.h>

namespace conserje::llm {
namespace {

/// A completion whose only message says `message`.
std::string completion(const Json& message, const std::string& reason = "stop") {
  return Json({{"id", "chatcmpl-1"},
               {"object", "chat.completion"},
               {"choices", {{{"index", 0}, {"finish_reason", reason}, {"message", message}}}}})
      .dump();
}
std::string content(const std::string& text) {
  return completion({{"role", "assistant"}, {"content", text}, {"refusal", nullptr}});
}

const std::string kWifi = R"({"intent":"hotel_info","topic":"wifi","language":"es","entities":[]})";
const Understanding kUnderstood{.intent = "hotel_info", .topic = "wifi", .language = "es"};

TEST(ReadAnswer, TakesTheContent) {
  EXPECT_EQ(read_answer(content(kWifi)), Result<Understanding>(kUnderstood));
}

TEST(ReadAnswer, TakesTheCallOfOurToolWhateverTheReason) {
  const Json message = {
      {"role", "assistant"},
      {"content", nullptr},
      {"tool_calls",
       {{{"type", "function"}, {"function", {{"name", "other"}, {"arguments", "{}"}}}},
        {{"type", "function"}, {"function", {{"name", "report_nlu"}, {"arguments", kWifi}}}}}}};
  for (const auto* reason : {"stop", "tool_calls"})
    EXPECT_EQ(read_answer(completion(message, reason)), Result<Understanding>(kUnderstood));
}

TEST(ReadAnswer, FindsTheObjectInFencesAndSentences) {
  EXPECT_EQ(read_answer(content("Sure, here {it} is:\n")).error().error_class, ErrorClass::retry);
  EXPECT_EQ(read_answer(content("Sure:\n```json\n" + kWifi + "\n```\nBye }")),
            Result<Understanding>(kUnderstood));
}

TEST(ReadAnswer, KeepsOnlyWhatIsOurs) {
  EXPECT_EQ(read_answer(content(
                R"({"intent":"greeting","topic":"wifi","language":"Spanish","entities":[)"
                R"({"type":"date","text":"hoy"},{"type":"mood","text":"bad"},7,{"text":"x"}]})")),
            Result<Understanding>({.intent = "greeting", .mentions = {{"date", "hoy"}}}));
}

TEST(ReadAnswer, RefusesWhatIsNotWhole) {
  const std::pair<std::string, ErrorClass> refused[] = {
      {completion({{"content", kWifi}}, "length"), ErrorClass::permanent},
      {completion({{"content", kWifi}}, "content_filter"), ErrorClass::permanent},
      {completion({{"content", nullptr}, {"refusal", "I cannot"}}), ErrorClass::permanent},
      {content("I think he wants to know the wifi"), ErrorClass::retry},
      {content(R"({"intent":"drop_tables"})"), ErrorClass::retry},
      {content(""), ErrorClass::retry},
      {R"({"choices":[]})", ErrorClass::config},
      {"<html>", ErrorClass::config}};
  for (const auto& [body, wanted] : refused) {
    const auto read = read_answer(body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().error_class, wanted) << body;
  }
}

TEST(FirstObject, IsBalanced) {
  const std::pair<const char*, const char*> texts[] = {
      {R"(a {"b":{"c":"}\"{"}} d})", R"({"b":{"c":"}\"{"}})"},
      {"{", ""},
      {"}{", ""},
      {"", ""},
      {R"({"a":"\)", ""}};
  for (const auto& [text, object] : texts) EXPECT_EQ(first_object(text), object) << text;
}

TEST(PlacesOf, LeavesOutWhatTheMessageDoesNotSay) {
  EXPECT_EQ(places_of({{"date", "mañana"}, {"date", "el martes"}, {"code", ""}}, "sí, mañana"),
            (std::vector<nlu::Found>{{.type = "date", .begin = 5, .end = 12}}));
}

TEST(PlacesOf, GivesEachMentionAPlaceOfItsOwn) {
  EXPECT_EQ(places_of({{"nights", "2"}, {"party_size", "2"}, {"rooms", "2"}}, "2 noches, 2"),
            (std::vector<nlu::Found>{{.type = "nights", .begin = 0, .end = 1},
                                     {.type = "party_size", .begin = 10, .end = 11}}));
}

TEST(RefusedBy, IsWhatTheServerNames) {
  const auto refused = [](std::int64_t status, const std::string& param) {
    return refused_by({.status = status, .body = Json({{"error", {{"param", param}}}}).dump()});
  };
  EXPECT_EQ(refused(400, "temperature"), Refused::temperature);
  EXPECT_EQ(refused(400, "response_format"), Refused::form);
  EXPECT_EQ(refused(422, ""), Refused::form);
  EXPECT_EQ(refused(400, "model"), Refused::nothing);
  EXPECT_EQ(refused(500, "temperature"), Refused::nothing);
  EXPECT_EQ(refused_by({.status = 400, .body = R"({"error":"unknown field"})"}), Refused::form);
}

}  // namespace
}  // namespace conserje::llm
