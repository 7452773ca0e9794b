// What WAHA posts, as documented and as seen, and the events that it becomes. A new quirk is two
// new files: fixtures/<quirk>.json, the body, and fixtures/<quirk>.events.json, its WebhookEvents.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "inbound.hpp"
#include "vcard.hpp"

namespace conserje::waha {
namespace {

using channel::Contact;
using channel::WebhookEvents;

const std::filesystem::path kFixtures = CONSERJE_PLUGIN_FOLDER "/tests/fixtures";
constexpr std::int64_t kReceivedAt = 1'785'920'999'000;
constexpr std::int64_t kDay = 86'400'000;

std::string file(const std::string& name) {
  std::ifstream stream(kFixtures / name, std::ios::binary);
  EXPECT_TRUE(stream) << name;
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A session that has spoken with one guest before.
class Webhook : public testing::Test {
 protected:
  Webhook() {
    book_.learn("+34655010203", "199000000000007@lid");
    const std::vector<Option> options = {{"Sí", {.id = "yes", .title = "Sí"}},
                                         {"No", {.id = "no", .title = "No"}}};
    offers_.put_lines("+34655010203", options);
    offers_.put_poll("3EB0POLL", options);
    ledger_.sent("3EB0OUT1", {.reference = "r1", .chat = "34655010203@c.us"});
  }

  Result<WebhookEvents> read(std::string_view body, bool with_groups = false,
                             std::int64_t max_age_ms = 0) const {
    auto reading = read_webhook(body, {.session = "default",
                                       .with_groups = with_groups,
                                       .received_at_ms = kReceivedAt,
                                       .max_age_ms = max_age_ms,
                                       .book = book_,
                                       .offers = offers_,
                                       .ledger = ledger_});
    if (!reading) return reading.error();
    return reading->events;
  }

  AddressBook book_{};
  Offers offers_{};
  Ledger ledger_{};
};

std::vector<std::string> fixtures(bool events) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFixtures)) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(".events.json") == events) names.push_back(name.substr(0, name.find('.')));
  }
  std::ranges::sort(names);
  return names;
}

class WebhookFixture : public Webhook, public testing::WithParamInterface<std::string> {};

TEST_P(WebhookFixture, BecomesItsEvents) {
  const auto expected = decode<WebhookEvents>(file(GetParam() + ".events.json"));
  ASSERT_TRUE(expected) << expected.error().message;
  const auto events = read(file(GetParam() + ".json"));
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_EQ(*events, *expected) << encode(*events);
}

INSTANTIATE_TEST_SUITE_P(Waha, WebhookFixture, testing::ValuesIn(fixtures(false)),
                         [](const auto& fixture) { return fixture.param; });

TEST(WebhookFixtures, HaveTheirEvents) { EXPECT_EQ(fixtures(true), fixtures(false)); }

TEST_F(Webhook, TakesGroupsWhereTheyAreWanted) {
  const auto events = read(file("group.json"), true);
  EXPECT_EQ(
      events,
      Result(WebhookEvents{.messages = {{.id = "3EB0AA",
                                         .account = "default",
                                         .sender_id = "+34655010203",
                                         .sender_aliases = {"199000000000007@lid"},
                                         .sender_name = "Lucía",
                                         .type = "text",
                                         .text = "Hola a todos",
                                         .group_id = "120363041234567890@g.us",
                                         .timestamp_ms = 1'785'920'402'000,
                                         .metadata = {{"chat", "120363041234567890@g.us"}}}}}));
}

TEST_F(Webhook, GivesOneMessageOneIdUnderEachEventAndEngine) {
  const auto first = read(file("text.json"));
  const auto second = read(file("text_by_message_any.json"));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->messages.at(0).id, "3EB0C431C26A1916E07E");
  EXPECT_EQ(*first, *second);
}

TEST_F(Webhook, GivesAGuestOneAddressWhicheverWayHeIsNamed) {
  for (const auto* name : {"text", "text_of_hidden_number", "text_of_hidden_number_known_before",
                           "text_of_hidden_number_gows", "text_webjs", "text_of_a_device",
                           "text_of_an_agent", "text_by_internal_jid"}) {
    const auto events = read(file(std::string(name) + ".json"));
    ASSERT_TRUE(events) << name;
    EXPECT_EQ(events->messages.at(0).sender_id, "+34655010203") << name;
  }
}

TEST_F(Webhook, RefusesAnEventFromOutsideItsWindow) {
  const auto body = [](std::int64_t timestamp) {
    return R"({"session":"default","event":"presence.update","timestamp":)" +
           std::to_string(timestamp) + "}";
  };
  const Result<WebhookEvents> taken(WebhookEvents{.ignored = 1});
  EXPECT_EQ(read(body(kReceivedAt - kDay), false, kDay), taken);
  EXPECT_EQ(read(body(kReceivedAt + kDay), false, kDay), taken);
  EXPECT_EQ(read(body(kReceivedAt - 10 * kDay), false, 0), taken);
  EXPECT_EQ(read(R"({"session":"default","event":"presence.update"})", false, kDay), taken);
  EXPECT_EQ(read(body(kReceivedAt - kDay - 60'000), false, kDay).error(),
            (Error{ErrorClass::auth,
                   "waha: the event is 1441 minutes old, and max_age_h is 24: a replay, or the "
                   "clock of WAHA's machine is wrong"}));
  EXPECT_EQ(read(body(kReceivedAt + 2 * kDay), false, kDay).error(),
            (Error{ErrorClass::auth,
                   "waha: the event is 2880 minutes in the future, and max_age_h is 24: a replay, "
                   "or the clock of WAHA's machine is wrong"}));
}

TEST_F(Webhook, ToleratesEveryMemberOfAnotherType) {
  for (const auto* event :
       {"message", "message.any", "message.reaction", "message.edited", "message.revoked",
        "message.ack", "message.waiting", "poll.vote", "poll.vote.failed", "call.received", "news"})
    for (const auto* payload :
         {"null", "7", "[]", "\"text\"", "{}", R"({"id":7,"from":[],"fromMe":"no"})",
          R"({"after":7,"before":[],"revokedMessageId":{}})", R"({"vote":[],"poll":1})"})
      EXPECT_EQ(read(R"({"session":"default","event":")" + std::string(event) + R"(","payload":)" +
                     payload + "}"),
                Result(WebhookEvents{.ignored = 1}))
          << event << payload;
}

TEST_F(Webhook, RefusesWhatIsNoJsonObject) {
  for (const std::string body :
       {"", " ", "{", "[]", "1", "null", "\"text\"", "{} {}", "{\"a\":\xff}"}) {
    const auto events = read(body);
    ASSERT_FALSE(events) << body;
    EXPECT_EQ(events.error().error_class, ErrorClass::permanent) << body;
  }
}

TEST(Vcard, IsReadWithItsQuirks) {
  EXPECT_EQ(read_vcards("BEGIN:VCARD\nFN:A\\, B\\nC\\\\\nTEL;X;waid=:600 11\nEND:VCARD"),
            (std::vector<Contact>{{.name = "A, B C\\", .phones = {"600 11"}}}));
  EXPECT_EQ(read_vcards("begin:vcard\nfn;charset=utf-8:Ana\ntel:+ 34-600\nend:vcard\n"),
            (std::vector<Contact>{{.name = "Ana", .phones = {"+34600"}}}));
  for (const auto* nothing : {"", "\n", " ", "END:VCARD", "BEGIN:VCARD\nEND:VCARD", "FN:Ana"})
    EXPECT_EQ(read_vcards(nothing), std::vector<Contact>{}) << nothing;
}

TEST(Vcard, HasItsBounds) {
  std::string many;
  for (int i = 0; i < 40; ++i) many += "BEGIN:VCARD\nFN:A\nEND:VCARD\n";
  EXPECT_EQ(read_vcards(many).size(), kMostCards);
  std::string phones = "BEGIN:VCARD\nFN:A\n";
  for (int i = 0; i < 40; ++i) phones += "TEL:112\nEMAIL:a@example.org\n";
  const auto cards = read_vcards(phones + "END:VCARD");
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_EQ(cards[0].phones.size(), 16U);
  EXPECT_EQ(cards[0].emails.size(), 16U);
}

}  // namespace
}  // namespace conserje::waha
