#include "conversation/engine.hpp"

#include <gtest/gtest.h>

#include "fake_pms.hpp"

namespace conserje {
namespace {

const Date kToday(std::chrono::year(2026), std::chrono::month(11), std::chrono::day(20));

class Decide : public testing::Test {
 protected:
  Decide() {
    pipeline_.tenant = "hotel-sol";
    pipeline_.languages = {"es", "en"};
    pipeline_.hotel.name = "Hotel Sol";
  }
  Result<Outcome> decide_on(Session session, Said said, std::string language = "es") {
    return decide(std::move(session),
                  {.said = std::move(said),
                   .language = std::move(language),
                   .guest_key = "+34600",
                   .today = kToday,
                   .now_ms = 1'000},
                  pipeline_, flow_, pms_.gateway());
  }

  Pipeline pipeline_;
  Flow flow_;
  FakePms pms_;
};

TEST_F(Decide, AnswersAndRemembersTheIntent) {
  const auto outcome = decide_on({}, {.intent = "greeting", .confidence = 0.9});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->say.lines.at(0).key, "greeting");
  EXPECT_EQ(outcome->session, (Session{.language = "es", .intents = {"greeting"}}));
}

TEST_F(Decide, SpeaksTheFirstLanguageToAGuestWhoseLanguageTheHotelDoesNot) {
  EXPECT_EQ(decide_on({}, {.intent = "greeting", .confidence = 0.9}, "de")->session.language, "es");
}

TEST_F(Decide, FollowsAGuestWhoChangesLanguage) {
  EXPECT_EQ(decide_on({.language = "es"}, {.intent = "greeting", .confidence = 0.9}, "en")
                ->session.language,
            "en");
}

TEST_F(Decide, LooksUpBeforeItAnswers) {
  pms_.answer(pms::method::find, pms::ReservationList{});
  const auto outcome = decide_on({}, {.intent = "reservation_status", .confidence = 0.9});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->say.lines.at(0).key, "reservation.not_found");
}

TEST_F(Decide, SaysWhenThePmsCannotBeAsked) {
  const Error refused{ErrorClass::auth, "who are you"};
  pms_.fail(pms::method::find, refused);
  const auto outcome = decide_on({}, {.intent = "reservation_status", .confidence = 0.9});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error(), refused);
}

TEST_F(Decide, NeverWritesToThePms) {
  const auto outcome = decide_on(
      {.pending = "confirm", .proposal = {.kind = "create", .create = {.guest_name = "Ana"}}},
      {.intent = "confirm", .confidence = 0.9});
  ASSERT_TRUE(outcome && outcome->act);
  EXPECT_EQ(outcome->act->proposal.create.guest_name, "Ana");
  EXPECT_TRUE(pms_.calls.empty());
}

TEST_F(Decide, FallsSilentOnceAPersonIsCalled) {
  const auto outcome = decide_on({}, {.intent = "human", .confidence = 0.9});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->handed_off);
  EXPECT_EQ(outcome->session.silent_until_ms, 1'000 + kSilenceMs);
  EXPECT_EQ(outcome->events.at(0).type, "handoff.opened");
}

TEST_F(Decide, CountsFallbacksInARowOnly) {
  const auto first = decide_on({}, {.intent = "greeting", .confidence = 0.1});
  EXPECT_EQ(first->session.fallbacks, 1);
  const auto second = decide_on(first->session, {.intent = "thanks", .confidence = 0.9});
  EXPECT_EQ(second->session.fallbacks, 0);
}

TEST_F(Decide, HandlesOnlyTheIntentsOfItsFlow) {
  flow_.handlers = {"greeting"};
  EXPECT_EQ(decide_on({}, {.intent = "thanks", .confidence = 0.9})->say.lines.at(0).key,
            "fallback.rephrase");
  EXPECT_EQ(decide_on({}, {.intent = "greeting", .confidence = 0.9})->say.lines.at(0).key,
            "greeting");
}

TEST_F(Decide, RemembersTheLastIntentsOnly) {
  Session session;
  for (int i = 0; i < 12; ++i)
    session = decide_on(session, {.intent = "thanks", .confidence = 0.9})->session;
  EXPECT_EQ(session.intents, std::vector<std::string>(kRememberedIntents, "thanks"));
}

TEST(AfterSaying, ForgetsTheStayAndKeepsTheName) {
  const Session before{.flow = "make_reservation",
                       .pending = "confirm",
                       .slots = {.adults = 2, .guest_name = "Ana"}};
  EXPECT_EQ(after_saying(before, {.ends_flow = true}), (Session{.slots = {.guest_name = "Ana"}}));
}

TEST(AfterActing, ForgetsARoomThatIsSoldOut) {
  const Session before{.flow = "make_reservation", .slots = {.adults = 2, .room_type = "double"}};
  EXPECT_EQ(after_acting(before, {.say = {.asks = "room_type"}, .sold_out = true}),
            (Session{.flow = "make_reservation", .pending = "room_type", .slots = {.adults = 2}}));
}

TEST(UnderstoodChoice, IsTheRoomOfAButton) {
  EXPECT_EQ(understood_choice("room_type:double"), (Said{.intent = "make_reservation",
                                                         .confidence = 1,
                                                         .choice = "room_type:double",
                                                         .slots = {.room_type = "double"},
                                                         .names_slots = true}));
}

TEST(UnderstoodChoice, IsTheIntentOfAButton) {
  EXPECT_EQ(understood_choice("intent:human").intent, "human");
  EXPECT_EQ(understood_choice("confirm").intent, "confirm");
}

}  // namespace
}  // namespace conserje
