// What Twilio posts, as documented and as seen, and the events that it becomes. A new quirk is two
// new files: fixtures/<quirk>.form, the body, and fixtures/<quirk>.events.json, its WebhookEvents.
// Those whose names begin with sms or mms come to an entry for SMS, the others to one for WhatsApp.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "inbound.hpp"

namespace conserje::twilio {
namespace {

using channel::WebhookEvents;

const std::filesystem::path kFixtures = CONSERJE_PLUGIN_FOLDER "/tests/fixtures";
constexpr std::int64_t kReceivedAt = 1'785'920'999'000;

Config config_of(std::string sender) {
  return {.account_sid = "AC00112233445566778899aabbccddeeff", .sender = std::move(sender)};
}
const Config kWhatsApp = config_of("whatsapp:+34910552010");
const Config kSms = config_of("+34910552010");

std::string file(const std::string& name) {
  std::ifstream stream(kFixtures / name, std::ios::binary);
  EXPECT_TRUE(stream) << name;
  return {std::istreambuf_iterator<char>(stream), {}};
}

WebhookEvents read(std::string_view form, const Config& config, std::string_view query = "") {
  return read_webhook(url::parse_form(form), query, config, kReceivedAt);
}

bool is_of_sms(std::string_view name) {
  return (name.starts_with("sms") || name.starts_with("mms") || name == "status_of_sms") &&
         name != "sms_to_a_whatsapp_entry";
}

std::vector<std::string> fixtures(std::string_view ending) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFixtures)) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(ending)) names.push_back(name.substr(0, name.find('.')));
  }
  std::ranges::sort(names);
  return names;
}

class Fixture : public testing::TestWithParam<std::string> {};

TEST_P(Fixture, BecomesItsEvents) {
  const auto expected = decode<WebhookEvents>(file(GetParam() + ".events.json"));
  ASSERT_TRUE(expected) << expected.error().message;
  const auto events = read(file(GetParam() + ".form"), is_of_sms(GetParam()) ? kSms : kWhatsApp);
  EXPECT_EQ(events, *expected) << "FOUND " << encode(events);
}

INSTANTIATE_TEST_SUITE_P(Webhook, Fixture, testing::ValuesIn(fixtures(".form")),
                         [](const auto& fixture) { return fixture.param; });

TEST(Webhook, HasEventsForEachFixture) { EXPECT_EQ(fixtures(".events.json"), fixtures(".form")); }

TEST(Webhook, ReturnsTheReferenceThatTheCallbackCarries) {
  const auto form = "MessageSid=SM1&MessageStatus=sent&To=%2B34655010203";
  const auto reference = [&](std::string_view query) {
    return read(form, kSms, query).statuses.at(0).reference;
  };
  EXPECT_EQ(reference("ref=r_0a1b-2C"), "r_0a1b-2C");
  EXPECT_EQ(reference("a=b&ref=r_1"), "r_1");
  for (const auto* query : {"", "ref=", "ref=a%20b", "reference=r_1"})
    EXPECT_EQ(reference(query), "") << query;
  EXPECT_EQ(reference("ref=" + std::string(129, 'a')), "");
}

TEST(Webhook, DoesNotTakeAPartsStatusForThatOfTheWholeUnlessItFailed) {
  const auto of = [](std::string_view status) {
    return read("MessageSid=SM1&MessageStatus=" + std::string(status) + "&To=%2B34655010203", kSms,
                "ref=r_1.0");
  };
  for (const auto* status : {"sent", "delivered", "read"})
    EXPECT_EQ(of(status), channel::WebhookEvents{.ignored = 1}) << status;
  ASSERT_EQ(of("failed").statuses.size(), 1U);
  EXPECT_EQ(of("failed").statuses[0].reference, "r_1");
  for (const auto* query : {"ref=r_1.", "ref=.0", "ref=r_1.a", "ref=r_1.0.0"})
    EXPECT_EQ(read("MessageSid=SM1&MessageStatus=sent", kSms, query).statuses.at(0).reference, "");
}

TEST(Webhook, TakesTenFilesAndKeepsTheNamesOfOthers) {
  std::string form = "MessageSid=MM1&SmsStatus=received&From=%2B34655010203&To=%2B34910552010";
  for (int n = 0; n < 11; ++n)
    form += "&MediaUrl" + std::to_string(n) + "=https%3A%2F%2Fa%2FME" + std::to_string(n);
  const auto events = read(form, kSms);
  ASSERT_EQ(events.messages.size(), 1U);
  EXPECT_EQ(events.messages[0].more_media.size(), 9U);
  EXPECT_EQ(events.messages[0].metadata, Json({{"MediaUrl10", "https://a/ME10"}}));
}

TEST(Webhook, KeepsFieldsWhoseNamesAreNoUtf8UnderWhatIsLeftOfTheNames) {
  const auto events = read(
      "MessageSid=SM1&From=%2B34655010203&To=%2B34910552010&Body=Hola&Odd%80=1&Odd%81=2", kSms);
  ASSERT_EQ(events.messages.size(), 1U);
  EXPECT_EQ(events.messages[0].metadata, (Json{{"Odd\xEF\xBF\xBD", {"1", "2"}}}));
}

TEST(Webhook, IsAMessageWithoutItsStatusToo) {
  const auto events = read("MessageSid=SM1&From=%2B34655010203&To=%2B34910552010&Body=Hola", kSms);
  EXPECT_EQ(events, (WebhookEvents{.messages = {{.id = "SM1",
                                                 .account = "+34910552010",
                                                 .sender_id = "+34655010203",
                                                 .type = "text",
                                                 .text = "Hola",
                                                 .timestamp_ms = kReceivedAt}}}));
}

// ---- What the list of the REST API says of the same messages.

TEST(Listed, IsTheMessageThatTheWebhookTold) {
  const Message message{.sid = "SM5f0c11aa22bb33cc44dd55ee66ff7788",
                        .direction = "inbound",
                        .from = "+34655010203",
                        .to = "+34910552010",
                        .body = "1",
                        .status = "received",
                        .created_ms = 1'786'000'000'000,
                        .sent_ms = 1'786'000'001'000};
  EXPECT_EQ(to_unified(message, {}, kSms),
            (channel::UnifiedMessage{.id = message.sid,
                                     .account = "+34910552010",
                                     .sender_id = "+34655010203",
                                     .type = "text",
                                     .text = "1",
                                     .timestamp_ms = 1'786'000'001'000}));
}

TEST(Listed, HasItsFiles) {
  const Message message{.sid = "MM1",
                        .direction = "inbound",
                        .from = "whatsapp:+34655010203",
                        .to = "whatsapp:+34910552010",
                        .created_ms = 1'786'000'000'000};
  EXPECT_EQ(to_unified(message, {{.sid = "ME1", .content_type = "audio/ogg"}}, kWhatsApp),
            (channel::UnifiedMessage{
                .id = "MM1",
                .account = "+34910552010",
                .sender_id = "+34655010203",
                .type = "media",
                .media = channel::Media{.kind = "voice",
                                        .mime_type = "audio/ogg",
                                        .reference = "ME1",
                                        .url = "https://api.twilio.com/2010-04-01/Accounts/"
                                               "AC00112233445566778899aabbccddeeff/Messages/MM1/"
                                               "Media/ME1"},
                .timestamp_ms = 1'786'000'000'000}));
}

TEST(Listed, HasAStatusUnlessItIsOnItsWay) {
  Message message{.sid = "SM1",
                  .direction = "outbound-api",
                  .to = "whatsapp:+34655010203",
                  .status = "undelivered",
                  .error_code = "63016",
                  .sent_ms = 1'786'000'001'000};
  EXPECT_EQ(to_status(message),
            (channel::DeliveryStatus{
                .message_id = "SM1",
                .status = "failed",
                .recipient_id = "+34655010203",
                .timestamp_ms = 1'786'000'001'000,
                .error_class = "permanent",
                .error_code = "63016",
                .error_text = "the guest wrote too long ago; only a template may go to him",
                .needs_template = true}));
  for (const auto* status : {"accepted", "queued", "sending", "received", ""}) {
    message.status = status;
    EXPECT_EQ(to_status(message), std::nullopt) << status;
  }
}

}  // namespace
}  // namespace conserje::twilio
