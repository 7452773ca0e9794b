#include "conversation/contact.hpp"

#include <gtest/gtest.h>

#include "conversation/consequence.hpp"

namespace conserje {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""min;

constexpr WallTime kNow{Millis(1'700'000'000'000)};

Contact by(TurnAuthor author, std::optional<WallTime> silent_until = {}) {
  return {.conversation = {},
          .turn = {.author = author, .at = kNow},
          .events = {},
          .silent_until = silent_until};
}
Contact asking(const std::string& reason, bool urgent, std::optional<WallTime> silent_until) {
  auto contact = by(TurnAuthor::guest, silent_until);
  contact.events = {handoff_opened("hash", reason, urgent)};
  return contact;
}

TEST(Contact, LeavesAHandoffAsItIs) {
  const Handoff open{.opened = kNow - 1h, .reason = "human", .silent_until = kNow + 11h};
  EXPECT_EQ(handoff_after(open, by(TurnAuthor::guest, kNow + 11h)), open);
  EXPECT_EQ(handoff_after(std::nullopt, by(TurnAuthor::guest)), std::nullopt);
}

TEST(Contact, OpensWhatTheGuestAskedFor) {
  EXPECT_EQ(
      handoff_after(std::nullopt, asking("complaint", true, kNow + 12h)),
      (Handoff{.opened = kNow, .reason = "complaint", .urgent = true, .silent_until = kNow + 12h}));
}

TEST(Contact, KeepsWaitingForTheStaffAfterHoursWhileTheAssistantGoesOn) {
  const auto waiting = handoff_after(std::nullopt, asking("human", false, std::nullopt));
  EXPECT_EQ(waiting, (Handoff{.opened = kNow, .reason = "human"}));
  EXPECT_EQ(handoff_after(waiting, by(TurnAuthor::guest)), waiting);
}

TEST(Contact, JoinsASecondWishToTheFirst) {
  const Handoff first{.opened = kNow - 1h, .reason = "human"};
  EXPECT_EQ(
      handoff_after(first, asking("complaint", true, kNow + 12h)),
      (Handoff{
          .opened = kNow - 1h, .reason = "human", .urgent = true, .silent_until = kNow + 12h}));
}

TEST(Contact, EndsAHandoffWhoseSilenceIsOver) {
  const Handoff over{.opened = kNow - 12h, .reason = "human", .silent_until = kNow};
  EXPECT_EQ(handoff_after(over, by(TurnAuthor::guest)), std::nullopt);
}

TEST(Contact, TakesWhatTheStaffWritesPastUsForAnAnswer) {
  EXPECT_EQ(
      handoff_after(std::nullopt, by(TurnAuthor::staff, kNow + 12h)),
      (Handoff{.opened = kNow, .reason = "staff", .silent_until = kNow + 12h, .answered = kNow}));
  const Handoff waiting{.opened = kNow - 5min, .reason = "human", .silent_until = kNow + 11h};
  Handoff answered = waiting;
  answered.silent_until = kNow + 12h;
  answered.answered = kNow;
  EXPECT_EQ(handoff_after(waiting, by(TurnAuthor::staff, kNow + 12h)), answered);
}

TEST(Contact, TellsHowLongAHandoffTook) {
  const Handoff handoff{.opened = kNow - 7min, .reason = "human", .answered = kNow - 1min};
  EXPECT_EQ(handoff_closed("hash", handoff, kNow, "staff"),
            (EventDraft{.type = "handoff.closed",
                        .data = {{"conversation_id", "hash"},
                                 {"reason", "human"},
                                 {"by", "staff"},
                                 {"answered", true},
                                 {"elapsed_minutes", 7}}}));
}

}  // namespace
}  // namespace conserje
