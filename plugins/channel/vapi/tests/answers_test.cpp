#include "answers.hpp"

#include <gtest/gtest.h>

namespace conserje::vapi {
namespace {

using channel::AnswerRequest;
using channel::HttpAnswer;
using channel::Said;

HttpAnswer json(std::string body) {
  return {.status = 200, .content_type = "application/json", .body = std::move(body)};
}
Said said(std::string id, std::string text, bool failed = false) {
  return {.message_id = std::move(id), .texts = {std::move(text)}, .failed = failed};
}

TEST(Speakable, IsOneLine) {
  EXPECT_EQ(speakable("From the 10th we have:\n• Double: 180 €\n\n- Suite: 360 €\r\nWhich one?"),
            "From the 10th we have: Double: 180 €. Suite: 360 €. Which one?");
  EXPECT_EQ(speakable("one\xE2\x80\xA8two\xC2\x85three\vfour"), "one. two. three. four");
}

TEST(Speakable, LeavesOutWhatNobodyCanSay) {
  EXPECT_EQ(speakable("  *Done!*  Your\tcode is `CJ-7`. \x01"), "Done! Your code is CJ-7.");
  EXPECT_EQ(speakable(" \n \t\n"), "");
  EXPECT_EQ(speakable("¿Doble o «suite»?"), "¿Doble o «suite»?");
}

TEST(Answer, HasAResultForEachToolCallInTheirOrder) {
  const std::vector<ToolCall> calls = {{"call_1", "check_availability"}, {"call_2", "hotel_info"}};
  EXPECT_EQ(
      answer_to({.said = {said("m1", "Two\nrooms."), said("m2", "Breakfast is at 8.")},
                 .context = tool_context(calls)},
                "busy"),
      json(
          R"({"results":[{"name":"check_availability","result":"Two. rooms.","toolCallId":"call_1"},)"
          R"({"name":"hotel_info","result":"Breakfast is at 8.","toolCallId":"call_2"}]})"));
}

TEST(Answer, IsTheVendorsExample) {
  const std::vector<ToolCall> calls = {{"call_9Xk2", "check_availability"}};
  EXPECT_EQ(answer_to({.said = {said("m1", "Hay mesa a las 21:00 y a las 21:30.")},
                       .context = tool_context(calls)},
                      "busy"),
            json(R"({"results":[{"name":"check_availability",)"
                 R"("result":"Hay mesa a las 21:00 y a las 21:30.","toolCallId":"call_9Xk2"}]})"));
}

TEST(Answer, LetsTheAssistantSayWhatFailedInTime) {
  const std::vector<ToolCall> calls = {{"call_1", "confirm"}};
  EXPECT_EQ(
      answer_to(
          {.said = {said("m1", "I am still checking that.", true)}, .context = tool_context(calls)},
          "busy"),
      json(
          R"({"results":[{"name":"confirm","result":"I am still checking that.","toolCallId":"call_1"}]})"));
}

TEST(Answer, SaysThatItIsBusyToCallsThatNobodyHandles) {
  const std::vector<ToolCall> calls = {{"call_1", "confirm"}};
  EXPECT_EQ(answer_to({.context = tool_context(calls)}, "busy\nnow"),
            json(R"({"results":[{"error":"busy. now","name":"confirm","toolCallId":"call_1"}]})"));
}

TEST(Answer, IsNeverEmpty) {
  const std::vector<ToolCall> calls = {{"call_1", "thanks"}};
  EXPECT_EQ(answer_to({.said = {{.message_id = "m1"}}, .context = tool_context(calls)}, "busy"),
            json(R"({"results":[{"name":"thanks","result":"OK.","toolCallId":"call_1"}]})"));
}

TEST(Answer, OfAFunctionCallIsItsResult) {
  EXPECT_EQ(answer_to({.said = {said("m1", "Two rooms.")}, .context = function_context()}, "busy"),
            json(R"({"result":"Two rooms."})"));
  EXPECT_EQ(answer_to({.context = function_context()}, "busy"), json(R"({"result":"busy"})"));
}

TEST(Answer, OfAKnowledgeRequestIsADocument) {
  EXPECT_EQ(
      answer_to({.said = {said("m1", "Breakfast is from 7:30.")}, .context = knowledge_context()},
                "busy"),
      json(
          R"({"documents":[{"content":"Breakfast is from 7:30.","similarity":1.0,"uuid":"m1"}]})"));
  EXPECT_EQ(
      answer_to({.said = {said("m1", "Sorry", true)}, .context = knowledge_context()}, "busy"),
      json(R"({"documents":[]})"));
}

TEST(Answer, ToleratesAContextThatIsNotOurs) {
  for (const Json& context : {Json(), Json(7), Json{{"to", "tool-calls"}, {"calls", 3}}})
    EXPECT_EQ(answer_to({.context = context}, "busy").status, 200) << context;
}

}  // namespace
}  // namespace conserje::vapi
