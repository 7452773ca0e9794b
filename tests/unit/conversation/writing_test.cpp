#include "conversation/writing.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

Pipeline voice_and_writing() {
  Pipeline pipeline;
  pipeline.plugins = {{.name = "phone"}, {.name = "sms"}, {.name = "mail"}};
  pipeline.flows = {{.channels = {"phone", "sms"}, .confirm_by = {"whatsapp", "sms", "mail"}},
                    {.channels = {"mail"}}};
  return pipeline;
}

std::string writing(std::string_view channel, std::string_view address) {
  const auto pipeline = voice_and_writing();
  const auto* name = writing_channel(pipeline, *flow_of(pipeline, channel), channel, address);
  return name == nullptr ? "-" : *name;
}

TEST(WritingChannel, IsTheFirstThatTheHotelHas) {
  EXPECT_EQ(writing("phone", "+34655010203"), "sms");
}

TEST(WritingChannel, IsNotForChannelsThatWriteThemselves) {
  EXPECT_EQ(writing("sms", "+34655010203"), "-");
}

TEST(WritingChannel, IsNotWantedByEveryFlow) { EXPECT_EQ(writing("mail", "+34655010203"), "-"); }

TEST(WritingChannel, NeedsANumber) {
  for (const auto* address : {"", "+", "34655010203", "+34", "+034655010203", "+3465501020a",
                              "+12345678901234567", "call:5d0c1b2a", "sip:ana@example.org"})
    EXPECT_EQ(writing("phone", address), "-") << address;
}

TEST(LateAnswer, PromisesWritingOnlyWhereItCanBeKept) {
  const auto pipeline = voice_and_writing();
  EXPECT_EQ(late_answer(pipeline, "phone", "+34655010203"), Line{"answer.late_in_writing"});
  EXPECT_EQ(late_answer(pipeline, "phone", "call:5d0c1b2a"), Line{"answer.late"});
  EXPECT_EQ(late_answer(pipeline, "mail", "+34655010203"), Line{"answer.late"});
  EXPECT_EQ(late_answer(pipeline, "unknown", "+34655010203"), Line{"answer.late"});
}

}  // namespace
}  // namespace conserje
