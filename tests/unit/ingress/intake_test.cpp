#include "ingress/intake.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

TEST(ReadEvents, KeepsEachMessageAsThePluginWroteIt) {
  const auto events = read_events(
      R"({"messages":[{"id":"m1","account":"1055","sender_id":"+34600","type":"text","text":"a \"}\" b","metadata":{"x":[1,{}]}} , )"
      R"({"id":"m2","account":"1055","sender_id":"+34601","type":"media"}]})");
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(
      events->messages,
      (std::vector<IncomingEvents::Message>{
          {"m1", "1055", "+34600", "text",
           R"({"id":"m1","account":"1055","sender_id":"+34600","type":"text","text":"a \"}\" b","metadata":{"x":[1,{}]}})"},
          {"m2", "1055", "+34601", "media",
           R"({"id":"m2","account":"1055","sender_id":"+34601","type":"media"})"}}));
}

TEST(ReadEvents, ReadsWhatTheWrapperWrites) {
  channel::WebhookEvents written;
  written.answer =
      channel::HttpAnswer{.status = 200, .content_type = "text/plain", .body = "1158201444"};
  written.messages = {
      {.id = "m1", .account = "1055", .sender_id = "+34600", .type = "text", .timestamp_ms = 7}};
  written.statuses = {
      {.message_id = "wamid.1", .status = "read", .reference = "r_1", .timestamp_ms = 8}};
  written.notices = {{.name = "template_rejected", .severity = "warning"}};
  const auto events = read_events(encode(written));
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(events->answer, *written.answer);
  EXPECT_EQ(events->statuses, written.statuses);
  EXPECT_EQ(events->notices, written.notices);
  EXPECT_EQ(decode<channel::UnifiedMessage>(std::string_view(events->messages.at(0).json)),
            Result<channel::UnifiedMessage>(written.messages[0]));
}

TEST(ReadEvents, ReadsAQuestionAndTheLanguageOfItsMessages) {
  const channel::WebhookEvents written{
      .messages = {{.id = "m1",
                    .account = "p1",
                    .sender_id = "+34600",
                    .type = "request",
                    .language = "es",
                    .timestamp_ms = 7}},
      .question = channel::Question{.deadline_ms = 15'000, .context = {{"calls", {"c1"}}}}};
  const auto events = read_events(encode(written));
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(events->question, written.question);
  EXPECT_EQ(events->messages.at(0).language, "es");
}

TEST(ReadEvents, FindsNothingInNothing) {
  EXPECT_EQ(read_events(""), Result<IncomingEvents>(IncomingEvents{}));
  EXPECT_EQ(read_events("{}"), Result<IncomingEvents>(IncomingEvents{}));
}

class ReadEventsOfALiar : public testing::TestWithParam<std::string> {};

TEST_P(ReadEventsOfALiar, SaysThatThePluginIsWrong) {
  const auto events = read_events(GetParam());
  ASSERT_FALSE(events);
  EXPECT_EQ(events.error().error_class, ErrorClass::bug);
}

INSTANTIATE_TEST_SUITE_P(
    Each, ReadEventsOfALiar,
    testing::Values("[]", "{", "{} {}", R"({"question":{}})", R"({"question":3})",
                    R"({"messages":3})", R"({"messages":[3]})",
                    R"({"messages":[{"id":3,"account":"a","sender_id":"b","type":"text"}]})",
                    R"({"messages":[{"account":"a","sender_id":"b","type":"text"}]})",
                    R"({"messages":[{"id":"","account":"a","sender_id":"b","type":"text"}]})",
                    R"({"messages":[{"id":"x\ny","account":"a","sender_id":"b","type":"text"}]})",
                    R"({"messages":[{"id":"x","account":"a","sender_id":"b","type":""}]})",
                    R"({"messages":[{"id":"x","account":"a","sender_id":"b")",
                    R"({"statuses":[{"status":"read"}]})", R"({"answer":{"status":"200"}})",
                    R"({"messages":[{"id":")" + std::string(513, 'x') +
                        R"(","account":"a","sender_id":"b","type":"t"}]})"));

}  // namespace
}  // namespace conserje
