// What Meta posts, as documented and as seen, and the events that it becomes. A new quirk is two
// new files: fixtures/<quirk>.json, the body, and fixtures/<quirk>.events.json, its WebhookEvents.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "inbound.hpp"

namespace conserje::whatsapp {
namespace {

using channel::WebhookEvents;

const std::filesystem::path kFixtures = CONSERJE_PLUGIN_FOLDER "/tests/fixtures";
constexpr std::int64_t kReceivedAt = 1'785'920'999'000;

std::string file(const std::string& name) {
  std::ifstream stream(kFixtures / name, std::ios::binary);
  EXPECT_TRUE(stream) << name;
  return {std::istreambuf_iterator<char>(stream), {}};
}

Result<WebhookEvents> read(std::string_view body) {
  return read_webhook(body, {.phone_number_id = "415882930112233", .received_at_ms = kReceivedAt});
}

/// A delivery of one text message; `timestamp` and `text` are JSON.
std::string delivery(const std::string& timestamp, const std::string& text) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages",)"
         R"("value":{"metadata":{"phone_number_id":"415882930112233"},"messages":[{"from":"34655010203",)"
         R"("id":"wamid.1","timestamp":)" +
         timestamp + R"(,"type":"text","text":{"body":)" + text + "}}]}}]}]}";
}

WebhookEvents one_text(std::string text, std::int64_t timestamp_ms) {
  return {.messages = {{.id = "wamid.1",
                        .account = "415882930112233",
                        .sender_id = "+34655010203",
                        .type = "text",
                        .text = std::move(text),
                        .timestamp_ms = timestamp_ms}}};
}

std::string nested(std::size_t levels) {
  return R"({"object":"whatsapp_business_account","x":)" + std::string(levels, '[') +
         std::string(levels, ']') + "}";
}

std::vector<std::string> fixtures(bool events) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFixtures)) {
    const auto name = entry.path().filename().string();
    const auto stem = name.substr(0, name.find('.'));
    if (name.ends_with(".events.json") == events) names.push_back(stem);
  }
  std::ranges::sort(names);
  return names;
}

class Fixture : public testing::TestWithParam<std::string> {};

TEST_P(Fixture, BecomesItsEvents) {
  const auto expected = decode<WebhookEvents>(file(GetParam() + ".events.json"));
  ASSERT_TRUE(expected) << expected.error().message;
  const auto events = read(file(GetParam() + ".json"));
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(*events, *expected) << encode(*events);
}

INSTANTIATE_TEST_SUITE_P(Webhook, Fixture, testing::ValuesIn(fixtures(false)),
                         [](const auto& fixture) { return fixture.param; });

TEST(Webhook, HasEventsForEachFixture) { EXPECT_EQ(fixtures(true), fixtures(false)); }

TEST(Webhook, ReadsTextEscapedAsMetaSendsIt) {
  EXPECT_EQ(read(delivery("1785920400", R"("ma\u00f1ana \ud83d\ude00 a\/b")")),
            Result(one_text("mañana 😀 a/b", 1'785'920'400'000)));
}

TEST(Webhook, ReplacesHalfASurrogatePair) {
  EXPECT_EQ(read(delivery("1785920400", R"("\\ud83d \ud83d\ude00\ud83d \ude00\u00f1 Luc\ud83d")")),
            Result(one_text("\\ud83d 😀\uFFFD \uFFFDñ Luc\uFFFD", 1'785'920'400'000)));
}

TEST(Webhook, TakesTheTimeOfReceiptWhereMetaGivesNone) {
  for (const auto* timestamp : {"null", "\"\"", "\"soon\"", "0", "-5", "9223372036854775807", "1.5",
                                "18446744073709551615", "[]"})
    EXPECT_EQ(read(delivery(timestamp, "\"a\"")), Result(one_text("a", kReceivedAt))) << timestamp;
}

TEST(Webhook, ReadsAThousandMessagesInOrder) {
  std::string messages;
  std::vector<std::string> sent;
  for (int i = 0; i < 1000; ++i) {
    sent.push_back("wamid." + std::to_string(i));
    messages += std::string(i == 0 ? "" : ",") + R"({"from":"34655010203","id":")" + sent.back() +
                R"(","timestamp":"1785920400","type":"text","text":{"body":"a"}})";
  }
  const auto events = read(
      R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":)"
      R"({"metadata":{"phone_number_id":"415882930112233"},"messages":[)" +
      messages + "]}}]}]}");
  ASSERT_TRUE(events);
  std::vector<std::string> read_ids;
  for (const auto& message : events->messages) read_ids.push_back(message.id);
  EXPECT_EQ(read_ids, sent);
}

TEST(Webhook, ToleratesEveryMemberOfAnotherType) {
  for (const auto* body :
       {R"({"object":"whatsapp_business_account","entry":{}})",
        R"({"object":"whatsapp_business_account","entry":[1,null,[],{"changes":5}]})",
        R"({"object":"whatsapp_business_account"})"})
    EXPECT_EQ(read(body), Result(WebhookEvents{})) << body;
  for (const auto* change : {"null", "7", R"({"field":7})", R"({"field":"messages","value":[1]})",
                             R"({"field":"user_preferences","value":{"user_preferences":[]}})",
                             R"({"field":"messages","value":{"messages":{"a":1}}})"})
    EXPECT_EQ(read(R"({"object":"whatsapp_business_account","entry":[{"changes":[)" +
                   std::string(change) + "]}]}"),
              Result(WebhookEvents{.ignored = 1}))
        << change;
}

TEST(Webhook, RefusesWhatIsNoJsonObject) {
  for (const std::string body :
       {"", " ", "{", "[]", "1", "null", "\"text\"", "{} {}", "{\"a\":\xff}", "{\"a\":\"\xff\"}",
        "{\"a\":\"\xed\xa0\x80\"}", "{\"a\":\"\\q\"}"}) {
    const auto events = read(body);
    ASSERT_FALSE(events) << body;
    EXPECT_EQ(events.error().error_class, ErrorClass::permanent) << body;
  }
}

TEST(Webhook, RefusesNestingBeyondItsBound) {
  EXPECT_EQ(read(nested(50)), Result(WebhookEvents{}));
  for (const std::size_t levels : {64U, 10'000U, 1'000'000U}) {
    const auto events = read(nested(levels));
    ASSERT_FALSE(events) << levels;
    EXPECT_EQ(events.error().error_class, ErrorClass::permanent);
  }
}

}  // namespace
}  // namespace conserje::whatsapp
