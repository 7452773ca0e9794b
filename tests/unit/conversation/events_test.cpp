#include "conversation/events.hpp"

#include <gtest/gtest.h>

#include "conserje/sink_types.hpp"

namespace conserje {
namespace {

Pipeline pipeline() {
  Pipeline out;
  out.tenant = "hotel-sol";
  out.notify = {{.to = "crm", .events = {"reservation.*"}, .intents = {}},
                {.to = "chat", .events = {"*"}, .intents = {"human"}}};
  return out;
}
const Cause kCause{.channel = "whatsapp",
                   .message_id = "wamid.1",
                   .correlation_id = "c-1",
                   .intent = "confirm",
                   .guest_hash = "0123456789abcdef",
                   .at = WallTime(Millis(7))};

TEST(FanOut, AddressesTheSinksThatWantTheEvent) {
  const auto out = fan_out({.type = "reservation.created"}, kCause, pipeline());
  ASSERT_EQ(out.items.size(), 1U);
  EXPECT_EQ(out.items[0].target, "crm");
  EXPECT_EQ(out.items[0].kind, OutboxKind::event);
  EXPECT_EQ(out.items[0].correlation_id, "c-1");
}

TEST(FanOut, NotesTheSinksThatDoNotWantTheIntent) {
  const auto out = fan_out({.type = "reservation.created"}, kCause, pipeline());
  ASSERT_EQ(out.filtered.size(), 1U);
  EXPECT_EQ(out.filtered[0].endpoint, "chat");
  EXPECT_EQ(out.filtered[0].result, NotificationResult::filtered);
}

TEST(FanOut, CarriesTheGuestAsAHash) {
  const auto out = fan_out({.type = "reservation.created", .data = {{"status", "confirmed"}}},
                           kCause, pipeline());
  const auto event = decode<sink::Event>(std::string_view(out.items.at(0).payload));
  ASSERT_TRUE(event);
  EXPECT_EQ(event->data, (Json{{"status", "confirmed"}, {"wa_number_hash", "0123456789abcdef"}}));
}

TEST(FanOut, GivesTheSameMessageTheSameIds) {
  const auto once = fan_out({.type = "reservation.created"}, kCause, pipeline());
  const auto again = fan_out({.type = "reservation.created"}, kCause, pipeline());
  EXPECT_EQ(once.items, again.items);
}

TEST(FanOut, GivesAnotherMessageOtherIds) {
  Cause other = kCause;
  other.message_id = "wamid.2";
  EXPECT_NE(fan_out({.type = "reservation.created"}, kCause, pipeline()).items.at(0).reference,
            fan_out({.type = "reservation.created"}, other, pipeline()).items.at(0).reference);
}

}  // namespace
}  // namespace conserje
