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

TEST_F(Decide, KeepsTheLanguageOverWordsThatSayNothing) {
  EXPECT_EQ(decide_on({.language = "es"}, {.intent = "greeting", .confidence = 0.1}, "en")
                ->session.language,
            "es");
}

TEST_F(Decide, KeepsTheLanguageOverABareCode) {
  const Said code{
      .intent = "greeting", .confidence = 0.1, .slots = {.code = "CJ-1"}, .names_slots = true};
  EXPECT_EQ(decide_on({.language = "en"}, code, "es")->session.language, "en");
}

TEST_F(Decide, LooksUpBeforeItAnswers) {
  pms_.answer(pms::method::find, pms::ReservationList{});
  const auto outcome = decide_on({}, {.intent = "reservation_status", .confidence = 0.9});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->say.lines.at(0).key, "reservation.not_found");
}

TEST_F(Decide, LooksUpNoReservationForOneWhomNobodyVouchesFor) {
  const Incoming incoming{.said = {.intent = "cancel_reservation", .confidence = 0.9},
                          .language = "es",
                          .guest_key = "+34600",
                          .today = kToday,
                          .unverified = true};
  const auto outcome = decide({}, incoming, pipeline_, flow_, pms_.gateway());
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->say.lines, (std::vector<Line>{{"unverified", {{"hotel", "Hotel Sol"}}}}));
  EXPECT_TRUE(pms_.calls.empty());
}

TEST_F(Decide, SaysWhenThePmsCannotBeAsked) {
  const Error refused{ErrorClass::auth, "who are you"};
  pms_.fail(pms::method::find, refused);
  const auto outcome = decide_on({}, {.intent = "reservation_status", .confidence = 0.9});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error(), refused);
}

TEST_F(Decide, AnswersTheQuestionsThatStandBesideARequest) {
  pipeline_.faq["wifi"]["es"] = "sol2026";
  pms_.answer(pms::method::find, pms::ReservationList{});
  const auto outcome = decide_on(
      {}, {.intent = "reservation_status", .confidence = 0.9, .questions = {"wifi", "helipad"}});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->say.lines, (std::vector<Line>{{"faq.answer", {{"text", "sol2026"}}},
                                                   {"faq.unknown", {}},
                                                   {"reservation.not_found", {}}}));
}

TEST_F(Decide, ShowsTheHouseToWhoAsksBesidesWhereItIs) {
  pipeline_.hotel.address = "Calle 1";
  pipeline_.hotel.location = MapPoint{-24.5, -65.5};
  const auto outcome =
      decide_on({}, {.intent = "greeting", .confidence = 0.9, .questions = {"location"}});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->say.shows_place);
  const auto act = decide_on(
      {.pending = "confirm", .proposal = {.kind = "create", .create = {.guest_name = "Ana"}}},
      {.intent = "confirm", .confidence = 0.9, .questions = {"location"}});
  ASSERT_TRUE(act && act->act);
  EXPECT_TRUE(act->say.shows_place);
}

TEST_F(Decide, TakesTheAnswerAndAnswersTheQuestionBesides) {
  pipeline_.faq["wifi"]["es"] = "sol2026";
  const Session asked{.flow = "make_reservation", .pending = "nights"};
  const auto outcome = decide_on(asked, {.intent = "hotel_info",
                                         .confidence = 0.9,
                                         .topic = "wifi",
                                         .slots = {.nights = 2},
                                         .names_slots = true});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->say.lines.at(0), (Line{"faq.answer", {{"text", "sol2026"}}}));
  EXPECT_EQ(outcome->session.pending, "dates");
}

TEST_F(Decide, AnswersNoQuestionThatItsFlowDoesNotTake) {
  flow_.handlers = {"greeting"};
  const auto outcome =
      decide_on({}, {.intent = "greeting", .confidence = 0.9, .questions = {"wifi"}});
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->say.lines.size(), 1U);
  EXPECT_EQ(outcome->say.lines[0].key, "greeting");
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

const pms::Reservation kReservation{
    .id = "M-1",
    .reference = "CJ-1",
    .state = "confirmed",
    .guest_name = "Ana",
    .room_type = "double",
    .stay = {.check_in = "2026-12-10", .check_out = "2026-12-12", .adults = 2}};

Session reserving() {
  return {.language = "es",
          .flow = "make_reservation",
          .pending = "nights",
          .slots = {.check_in = kToday, .adults = 2}};
}

TEST_F(Decide, ParksAReservationWhileTheGuestCancelsAnother) {
  pms_.answer(pms::method::find, pms::ReservationList{{kReservation}});
  const auto asked = decide_on(reserving(), {.intent = "cancel_reservation", .confidence = 0.9});
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->session.flow, "cancel_reservation");
  EXPECT_EQ(asked->session.parked,
            (Parked{.flow = "make_reservation", .pending = "nights", .slots = reserving().slots}));
}

TEST_F(Decide, ReturnsToWhatWasParked) {
  pms_.answer(pms::method::find, pms::ReservationList{{kReservation}});
  const auto asked = decide_on(reserving(), {.intent = "cancel_reservation", .confidence = 0.9});
  const auto denied = decide_on(asked->session, {.intent = "deny", .confidence = 0.9});
  ASSERT_TRUE(denied);
  std::vector<std::string> keys;
  for (const auto& line : denied->say.lines) keys.push_back(line.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"deny.not_cancelled", "flow.resume", "ask.nights"}));
  Session expected = reserving();
  expected.intents = {"cancel_reservation", "deny"};
  EXPECT_EQ(denied->session, expected);
}

std::vector<std::string> keys_of(const Say& say) {
  std::vector<std::string> keys;
  for (const auto& line : say.lines) keys.push_back(line.key);
  return keys;
}

TEST_F(Decide, SeesToTheFirstOfTwoRequestsAndThenAsksAboutTheSecond) {
  pms_.answer(pms::method::find, pms::ReservationList{{kReservation}});
  const Said both{.intent = "cancel_reservation",
                  .confidence = 0.9,
                  .further = {"make_reservation"},
                  .slots = {.room_type = "suite"},
                  .names_slots = true};
  const auto asked = decide_on({}, both);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->say.asks, "confirm");
  EXPECT_EQ(asked->session.waiting, (std::vector<Waiting>{{"make_reservation", both.slots}}));

  const auto denied = decide_on(asked->session, {.intent = "deny", .confidence = 0.9});
  ASSERT_TRUE(denied);
  EXPECT_EQ(keys_of(denied->say),
            (std::vector<std::string>{"deny.not_cancelled", "next.make_reservation", "ask.next"}));

  const auto goes_on = decide_on(denied->session, {.intent = "confirm", .confidence = 0.9});
  ASSERT_TRUE(goes_on);
  EXPECT_EQ(goes_on->session.flow, "make_reservation");
  EXPECT_EQ(goes_on->session.slots.room_type, "suite");
  EXPECT_EQ(goes_on->say.asks, "dates");
  EXPECT_TRUE(goes_on->session.waiting.empty());
}

TEST_F(Decide, ForgetsTheSecondRequestOfAGuestWhoSaysNo) {
  const Session asked{.pending = "next", .waiting = {{"make_reservation", {}}}};
  const auto outcome = decide_on(asked, {.intent = "deny", .confidence = 0.9});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(keys_of(outcome->say), std::vector<std::string>{"deny.nothing"});
  EXPECT_TRUE(outcome->session.waiting.empty());
}

TEST_F(Decide, TakesARequestThatWaitsWhenTheGuestMakesItAgain) {
  const Session asked{.pending = "next", .waiting = {{"make_reservation", {.adults = 2}}}};
  const auto outcome = decide_on(asked, {.intent = "check_availability", .confidence = 0.9});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->session.slots.adults, 2);
  EXPECT_TRUE(outcome->session.waiting.empty());
}

TEST_F(Decide, TakesARequestThatWaitsWhenTheGuestNamesItsDates) {
  const Session asked{.pending = "next", .waiting = {{"make_reservation", {.adults = 2}}}};
  const auto outcome = decide_on(asked, {.intent = "make_reservation",
                                         .confidence = 0.2,
                                         .slots = {.check_in = kToday},
                                         .names_slots = true});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->say.asks, "nights");
}

TEST_F(Decide, AnswersAnotherQuestionAndAsksAgainAboutWhatWaits) {
  pipeline_.faq["wifi"]["es"] = "sol2026";
  const Session asked{.pending = "next", .waiting = {{"make_reservation", {}}}};
  const auto outcome =
      decide_on(asked, {.intent = "hotel_info", .confidence = 0.9, .topic = "wifi"});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(keys_of(outcome->say), (std::vector<std::string>{"faq.answer", "ask.next"}));
  EXPECT_EQ(outcome->session.waiting.size(), 1U);
}

TEST_F(Decide, DoesAtOnceWhatNeedsNoConversation) {
  const auto outcome = decide_on(
      {}, {.intent = "make_reservation", .confidence = 0.9, .further = {"service_request"}});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(keys_of(outcome->say), (std::vector<std::string>{"service.passed_on", "ask.dates"}));
  ASSERT_EQ(outcome->events.size(), 1U);
  EXPECT_EQ(outcome->events[0].type, "service.requested");
  EXPECT_EQ(outcome->session.flow, "make_reservation");
}

TEST_F(Decide, GivesAGuestWhoAlsoComplainsToAPerson) {
  const auto outcome =
      decide_on({}, {.intent = "make_reservation", .confidence = 0.9, .further = {"complaint"}});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->handed_off);
  EXPECT_TRUE(outcome->session.waiting.empty());
}

TEST_F(Decide, LetsOneRequestOfEachSubjectWait) {
  pms_.answer(pms::method::find, pms::ReservationList{{kReservation}});
  const auto outcome = decide_on(
      {}, {.intent = "cancel_reservation",
           .confidence = 0.9,
           .further = {"make_reservation", "price_quote", "modify_reservation", "late_checkout"}});
  ASSERT_TRUE(outcome);
  std::vector<std::string> waiting;
  for (const auto& one : outcome->session.waiting) waiting.push_back(one.intent);
  EXPECT_EQ(waiting,
            (std::vector<std::string>{"make_reservation", "modify_reservation", "late_checkout"}));
}

TEST_F(Decide, TakesNoNameOfBeforeForAChange) {
  pms_.answer(pms::method::find, pms::ReservationList{{kReservation}});
  const auto asked = decide_on({.slots = {.guest_name = "Eva"}},
                               {.intent = "modify_reservation", .confidence = 0.9});
  EXPECT_EQ(asked->say.lines.at(0).key, "ask.change");
}

TEST_F(Decide, TellsTheStaffOfWhichConversationARequestIs) {
  const auto outcome = decide_on({}, {.intent = "service_request", .confidence = 0.9});
  ASSERT_EQ(outcome->events.size(), 1U);
  EXPECT_TRUE(outcome->events[0].data.contains("conversation_id"));
  EXPECT_EQ(outcome->session.silent_until_ms, 0);
}

/// A house whose staff is there on weekdays from nine to one; the decisions fall on a Friday at
/// midnight.
class DecideAfterHours : public Decide {
 protected:
  DecideAfterHours() {
    BusinessHours hours;
    for (std::size_t day = 1; day <= 5; ++day)
      hours.week[day] = {{std::chrono::hours(9), std::chrono::hours(13)}};
    pipeline_.hours = hours;
  }
};

TEST_F(DecideAfterHours, GoesOnWithTheOtherRequestOfAGuestWhoWantsAPersonToo) {
  const auto outcome =
      decide_on({}, {.intent = "make_reservation", .confidence = 0.9, .further = {"human"}});
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->handed_off);
  EXPECT_EQ(keys_of(outcome->say), (std::vector<std::string>{"hours.closed_today", "ask.dates"}));
}

TEST_F(DecideAfterHours, SaysWhenSomebodyComesAndStaysWithTheGuest) {
  const auto outcome = decide_on({}, {.intent = "human", .confidence = 0.9});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->say.lines,
            (std::vector<Line>{{"hours.closed_today",
                                {{"hotel", "Hotel Sol"}, {"date", kToday}, {"time", "9:00"}}}}));
  EXPECT_FALSE(outcome->handed_off);
  EXPECT_EQ(outcome->session.silent_until_ms, 0);
  ASSERT_EQ(outcome->events.size(), 1U);
  EXPECT_EQ(outcome->events[0].type, "handoff.opened");
  EXPECT_EQ(outcome->events[0].data["next_opening"], "2026-11-20T09:00:00");
}

TEST_F(DecideAfterHours, GivesUrgentMattersToAPersonAtOnce) {
  const auto outcome = decide_on({}, {.intent = "complaint", .confidence = 0.9});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->handed_off);
  EXPECT_EQ(outcome->events.at(0).severity, "critical");
}

TEST_F(DecideAfterHours, AnswersWhatNeedsNobody) {
  EXPECT_EQ(decide_on({}, {.intent = "thanks", .confidence = 0.9})->say.lines.at(0).key, "thanks");
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

class DecideAtARestaurant : public Decide {
 protected:
  DecideAtARestaurant() {
    flow_.has_rooms = false;
    flow_.tables = "frontdesk";
  }
};

TEST_F(DecideAtARestaurant, TakesEveryReservationForATable) {
  const auto outcome = decide_on({}, {.intent = "make_reservation", .confidence = 0.9});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->session.slots.unit, "table");
  EXPECT_EQ(outcome->say.asks, "day");
}

TEST_F(DecideAtARestaurant, HearsTheHourInWhatSoundsLikeALateCheckOut) {
  const Session asked{.flow = "make_reservation", .pending = "hour", .slots = {.unit = "table"}};
  const auto outcome = decide_on(asked, {.intent = "late_checkout",
                                         .confidence = 0.9,
                                         .slots = {.time = std::chrono::minutes(21 * 60)},
                                         .names_slots = true});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->session.flow, "make_reservation");
  EXPECT_EQ(outcome->session.slots.time, std::chrono::minutes(21 * 60));
}

TEST_F(Decide, HearsNothingInATableWhereThereAreRoomsAlone) {
  const auto outcome =
      decide_on({}, {.intent = "make_reservation", .confidence = 0.9, .slots = {.unit = "table"}});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->session.slots, Slots{});
  EXPECT_EQ(outcome->say.asks, "dates");
}

TEST_F(Decide, LetsWhoWantsARoomAfterAllSayOnlyWhatBothHave) {
  flow_.tables = "frontdesk";
  const Session table{.flow = "make_reservation",
                      .pending = "hour",
                      .slots = {.unit = "table",
                                .check_in = kToday,
                                .adults = 2,
                                .time = std::chrono::minutes(20 * 60),
                                .area = "terrace"}};
  const auto outcome = decide_on(
      table, {.intent = "make_reservation", .confidence = 0.9, .slots = {.unit = "room"}});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->session.slots, (Slots{.unit = "room", .check_in = kToday, .adults = 2}));
  EXPECT_EQ(outcome->say.asks, "nights");
}

TEST_F(Decide, TakesTheReservationsOfBothDesksInTheirOrder) {
  flow_.tables = "tables";
  FakePms tables;
  pms::Reservation room{.id = "R", .reference = "CJ-R", .state = "confirmed"};
  room.stay = {.check_in = "2026-11-22", .check_out = "2026-11-24", .adults = 2};
  pms::Reservation table{.id = "T", .reference = "CJ-T", .state = "confirmed"};
  table.stay = {.check_in = "2026-11-21",
                .check_out = "2026-11-21",
                .adults = 2,
                .date_time = "2026-11-21T20:00"};
  pms_.answer(pms::method::find, pms::ReservationList{{room}});
  tables.answer(pms::method::find, pms::ReservationList{{table}});
  const auto outcome = decide({},
                              {.said = {.intent = "reservation_status", .confidence = 0.9},
                               .guest_key = "+34600",
                               .today = kToday},
                              pipeline_, flow_, {pms_.gateway(), tables.gateway()});
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->say.lines.size(), 3U);
  EXPECT_EQ(outcome->say.lines[1].key, "table.reservation.line");
  EXPECT_EQ(outcome->say.lines[2].key, "reservation.line");
}

}  // namespace
}  // namespace conserje
