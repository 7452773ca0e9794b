// What VAPI posts, as documented and as seen, and the events that it becomes. A new quirk is two
// new files: fixtures/<quirk>.json, the body, and fixtures/<quirk>.events.json, its WebhookEvents.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "answers.hpp"
#include "inbound.hpp"
#include "settings.hpp"

namespace conserje::vapi {
namespace {

using channel::HttpAnswer;
using channel::WebhookEvents;

const std::filesystem::path kFixtures = CONSERJE_PLUGIN_FOLDER "/tests/fixtures";
constexpr std::int64_t kReceivedAt = 1'785'920'999'000;

std::string file(const std::string& name) {
  std::ifstream stream(kFixtures / name, std::ios::binary);
  EXPECT_TRUE(stream) << name;
  return {std::istreambuf_iterator<char>(stream), {}};
}

Result<Inbound> read(std::string_view body) {
  return read_message(body, hotel_settings(), kReceivedAt);
}
Inbound read_fixture(const std::string& name) {
  const auto read_it = read(file(name + ".json"));
  EXPECT_TRUE(read_it) << read_it.error().message;
  return *read_it;
}

std::vector<std::string> fixtures(bool events) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFixtures)) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(".events.json") == events) names.push_back(name.substr(0, name.find('.')));
  }
  std::ranges::sort(names);
  return names;
}

class Fixture : public testing::TestWithParam<std::string> {};

TEST_P(Fixture, BecomesItsEvents) {
  const auto events = read_fixture(GetParam()).events;
  const auto expected = decode<WebhookEvents>(file(GetParam() + ".events.json"));
  ASSERT_TRUE(expected) << expected.error().message;
  EXPECT_EQ(events, *expected) << encode(events);
}

INSTANTIATE_TEST_SUITE_P(Webhook, Fixture, testing::ValuesIn(fixtures(false)),
                         [](const auto& fixture) { return fixture.param; });

TEST(Webhook, HasEventsForEachFixture) { EXPECT_EQ(fixtures(true), fixtures(false)); }

TEST(Webhook, TellsWhereACallCanBeSpokenToAndWhenItEnds) {
  const CallNews call{.caller = "+34655010203", .call_id = "5d0c1b2a-3e4f-4a5b-8c6d-7e8f90a1b2c3"};
  auto running = call;
  running.control_url = "https://phone.aws-us-west-2.vapi.ai/5d0c/control";
  auto ended = call;
  ended.has_ended = true;
  EXPECT_EQ(read_fixture("status_in_progress").news, running);
  EXPECT_EQ(read_fixture("status_ended").news, ended);
  EXPECT_EQ(read_fixture("end_of_call_report").news, ended);
  EXPECT_EQ(read_fixture("tool_calls").news, std::nullopt);
}

TEST(Webhook, GivesARepeatedDeliveryTheSameIds) {
  for (const auto* name : {"tool_calls", "function_call", "knowledge_base_request",
                           "transcript_final", "end_of_call_report", "type_of_next_year"}) {
    const auto first = read_message(file(std::string(name) + ".json"), hotel_settings(), 1);
    const auto second = read_message(file(std::string(name) + ".json"), hotel_settings(), 2);
    EXPECT_EQ(first->events.messages.at(0).id, second->events.messages.at(0).id) << name;
  }
}

TEST(Webhook, CountsWhatTellsAHotelNothing) {
  for (const auto* type :
       {"conversation-update", "speech-update", "model-output", "user-interrupted", "voice-input",
        "voice-request", "transfer-update", "language-change-detected", "phone-call-control",
        "assistant.started", "assistant.speechStarted", "chat.created", "chat.deleted",
        "session.created", "session.updated", "session.deleted", "call.deleted",
        "call.delete.failed", "call.artifact.upload"})
    EXPECT_EQ(read(R"({"message":{"type":")" + std::string(type) + "\"}}")->events,
              (WebhookEvents{.ignored = 1}))
        << type;
}

/// What the settings hold as the answer to each kind of question, whole.
HttpAnswer answered(const std::string& type, Json Config::*setting, const std::string& answer) {
  Config config{.auth = "secret", .secret = "s"};
  config.*setting = *parse_json(answer);
  const auto read_it = read_message(R"({"message":{"type":")" + type + "\"}}", config, kReceivedAt);
  return read_it->events.answer.value_or(HttpAnswer{});
}

TEST(Webhook, AnswersWithAllThatIsSet) {
  // The vendor's examples, their members in the order in which they are written here.
  for (
      const std::string answer :
      {R"({"assistantId":"7a7b7c7d-0001-4002-8003-9a9b9c9d9e9f","assistantOverrides":{"firstMessage":"Hola Lucía, ¿en qué puedo ayudarle?","variableValues":{"guestName":"Lucía","hotel":"Hotel Sol"}}})",
       R"({"squadId":"7a7b"})", R"({"workflowId":"7a7b"})",
       R"({"destination":{"callerId":"+34910552010","message":"Le paso con recepción","number":"+34910552099","type":"number"}})",
       R"({"destination":{"sipHeaders":{"x-room":"101"},"sipUri":"sip:reception@pbx.example","type":"sip"}})",
       R"({"error":"Lo sentimos, ahora no podemos atender."})"})
    EXPECT_EQ(answered("assistant-request", &Config::assistant, answer).body, answer);
  for (
      const std::string answer :
      {R"({"destination":{"callerId":"+34910552010","message":"Le paso con recepción.","number":"+34910552099","type":"number"},"message":{"content":"Un momento, por favor.","type":"request-start"}})",
       R"({"error":"Recepción está cerrada."})"})
    EXPECT_EQ(answered("transfer-destination-request", &Config::transfer, answer).body, answer);
  const std::string handoff = R"({"destination":{"assistantId":"7a7b","type":"assistant"}})";
  EXPECT_EQ(answered("handoff-destination-request", &Config::handoff, handoff).body, handoff);
}

TEST(Webhook, SaysThatTheHotelIsClosedWhereNothingIsSet) {
  const Config config{.auth = "secret", .secret = "s", .closed_text = "Estamos cerrados."};
  for (const auto* type :
       {"assistant-request", "transfer-destination-request", "handoff-destination-request"})
    EXPECT_EQ(read_message(R"({"message":{"type":")" + std::string(type) + "\"}}", config, 1)
                  ->events.answer,
              refusal("Estamos cerrados."))
        << type;
}

TEST(Webhook, TakesOnlySoManyToolCalls) {
  std::string calls;
  for (int i = 0; i < 40; ++i)
    calls += std::string(i == 0 ? "" : ",") + R"({"id":"c)" + std::to_string(i) +
             R"(","name":"thanks"})";
  const auto inbound = read(R"({"message":{"type":"tool-calls","toolCallList":[)" + calls + "]}}");
  ASSERT_TRUE(inbound);
  EXPECT_EQ(inbound->events.messages.size(), kMostToolCalls);
  EXPECT_EQ(inbound->events.ignored, 40 - static_cast<std::int64_t>(kMostToolCalls));
  EXPECT_EQ(inbound->events.question->context["calls"].size(), 40U);
}

TEST(Webhook, CutsAnEndlessTranscript) {
  const auto inbound = read(
      R"({"message":{"type":"end-of-call-report","call":{"id":"c"},"artifact":{"transcript":")" +
      std::string(4'000'000, 'a') + "\"}}}");
  ASSERT_TRUE(inbound);
  EXPECT_EQ(inbound->events.messages.at(0).text.size(), kLongestTranscript);
  EXPECT_EQ(inbound->events.messages.at(0).metadata["cut"], true);
}

TEST(Webhook, ToleratesEveryMemberOfAnotherType) {
  for (const auto* message :
       {R"({"type":"tool-calls","call":7,"toolCallList":{"a":1},"customer":[]})",
        R"({"type":"tool-calls","toolCallList":[null,[],{"function":"x"}],"timestamp":{}})",
        R"({"type":"end-of-call-report","artifact":[],"analysis":"no","call":{"id":[]}})",
        R"({"type":"status-update","status":{},"call":{"monitor":3}})",
        R"({"type":"transcript","transcript":{},"transcriptType":"final"})",
        R"({"type":"function-call","functionCall":[]})", R"({"type":"hang","call":{"id":{}}})",
        R"({"type":7})", R"({"type":"knowledge-base-request","messages":[1,{"role":"user"}]})"})
    EXPECT_TRUE(read(R"({"message":)" + std::string(message) + "}")) << message;
}

TEST(Webhook, RefusesWhatIsNoServerMessage) {
  for (const std::string body :
       {"", " ", "{", "[]", "{}", R"({"message":"hang"})", R"({"message":{"type":"hang"}} {})",
        "{\"message\":{\"a\":\"\xff\"}}"}) {
    const auto inbound = read(body);
    ASSERT_FALSE(inbound) << body;
    EXPECT_EQ(inbound.error().error_class, ErrorClass::permanent) << body;
  }
}

TEST(Webhook, RefusesNestingBeyondItsBound) {
  for (const std::size_t levels : {64U, 10'000U, 1'000'000U})
    EXPECT_FALSE(read(R"({"message":{"type":"hang","x":)" + std::string(levels, '[') +
                      std::string(levels, ']') + "}}"))
        << levels;
}

}  // namespace
}  // namespace conserje::vapi
