#include "conversation/handlers.hpp"

#include <gtest/gtest.h>

#include <ostream>

#include "conversation/handlers/common.hpp"

namespace conserje {
namespace {

Date day(unsigned month, unsigned day_of_month) {
  return Date(std::chrono::year(2026), std::chrono::month(month), std::chrono::day(day_of_month));
}

const pms::RoomOffer kDouble{.room_type = "double",
                             .name = "Doble",
                             .available = 3,
                             .per_night = pms::Money{9'000, "USD"},
                             .total = {18'000, "USD"}};
const pms::Reservation kReservation{
    .id = "M-1",
    .reference = "CJ-1",
    .state = "confirmed",
    .guest_name = "Ana",
    .room_type = "double",
    .stay = {.check_in = "2026-12-10", .check_out = "2026-12-12", .adults = 2},
    .total = {18'000, "USD"}};

/// What a test varies of a turn on 20 November 2026.
struct Given {
  Session session{};
  Said said{};
  std::optional<std::vector<pms::RoomOffer>> offers{};
  std::optional<std::vector<pms::Reservation>> reservations{};
};

Step step(Handler handler, Given given) {
  Pipeline pipeline;
  pipeline.hotel.name = "Hotel Sol";
  pipeline.faq = {{"wifi", {{"es", "sol2026"}, {"en", "sun2026"}}}};
  Turn turn{.session = given.session,
            .said = given.said,
            .pipeline = pipeline,
            .today = day(11, 20),
            .guest_key = "+34600"};
  if (given.offers) turn.availability = pms::Availability{*given.offers};
  turn.reservations = given.reservations;
  return handler(turn);
}

/// The keys of what is said, with what is asked behind an arrow.
std::string said_keys(const Step& step) {
  const auto* said = std::get_if<Say>(&step);
  if (said == nullptr) return "(no Say)";
  std::string out;
  for (const auto& line : said->lines) out += (out.empty() ? "" : " ") + line.key;
  return said->asks.empty() ? out : out + " -> " + said->asks;
}

Slots full_slots() {
  return {.check_in = day(12, 10),
          .check_out = day(12, 12),
          .adults = 2,
          .room_type = "double",
          .guest_name = "Ana"};
}
const pms::Stay kStay{.check_in = "2026-12-10", .check_out = "2026-12-12", .adults = 2};

TEST(CheckAvailability, AsksForWhatIsMissingOneAfterTheOther) {
  EXPECT_EQ(said_keys(step(check_availability, {})), "ask.dates -> dates");
  EXPECT_EQ(said_keys(step(check_availability, {.session = {.slots = {.check_in = day(12, 10)}}})),
            "ask.nights -> nights");
  EXPECT_EQ(said_keys(step(check_availability,
                           {.session = {.slots = {.check_in = day(12, 10), .nights = 2}}})),
            "ask.party_size -> party_size");
}

TEST(CheckAvailability, DoesNotOfferThePast) {
  EXPECT_EQ(said_keys(step(check_availability,
                           {.session = {.slots = {.check_in = day(11, 19), .nights = 2}}})),
            "dates.past -> dates");
}

TEST(CheckAvailability, LooksUpTheStay) {
  EXPECT_EQ(step(check_availability, {.session = {.slots = full_slots()}}),
            Step{Lookup{pms::AvailabilityRequest{.stay = kStay}}});
}

TEST(CheckAvailability, OffersWhatIsLeftWithAButtonEach) {
  const auto offered =
      step(check_availability, {.session = {.slots = full_slots()}, .offers = {{kDouble}}});
  EXPECT_EQ(said_keys(offered),
            "availability.offers availability.offer_per_night ask.room_type -> room_type");
  EXPECT_EQ(std::get<Say>(offered).buttons,
            (std::vector<Button>{
                {"room_type:double", "=Doble", Line{"list.room", {{"total", kDouble.total}}}}}));
  EXPECT_EQ(std::get<Say>(offered).list, "list.rooms");
}

TEST(CheckAvailability, AsksForOtherDatesWhenNothingIsLeft) {
  EXPECT_EQ(said_keys(step(check_availability, {.session = {.slots = full_slots()},
                                                .offers = {std::vector<pms::RoomOffer>{}}})),
            "availability.none -> dates");
}

TEST(MakeReservation, AsksForTheNameLast) {
  Slots slots = full_slots();
  slots.guest_name.clear();
  EXPECT_EQ(said_keys(step(make_reservation, {.session = {.slots = slots}, .offers = {{kDouble}}})),
            "ask.guest_name -> guest_name");
}

TEST(MakeReservation, ProposesBeforeItReserves) {
  const auto proposed =
      step(make_reservation, {.session = {.slots = full_slots()}, .offers = {{kDouble}}});
  EXPECT_EQ(said_keys(proposed), "reservation.summary -> confirm");
  EXPECT_EQ(std::get<Say>(proposed).proposal,
            (Proposal{.kind = "create",
                      .create = {.guest_name = "Ana",
                                 .guest_key = "+34600",
                                 .room_type = "double",
                                 .stay = kStay,
                                 .expected_total = pms::Money{18'000, "USD"}}}));
}

TEST(MakeReservation, OffersTheOthersWhenThatRoomIsTaken) {
  Slots slots = full_slots();
  slots.room_type = "suite";
  EXPECT_EQ(said_keys(step(make_reservation, {.session = {.slots = slots}, .offers = {{kDouble}}})),
            "availability.not_that_room availability.offers availability.offer_per_night "
            "ask.room_type -> "
            "room_type");
}

TEST(Confirm, CarriesOutTheProposal) {
  const Proposal proposal{.kind = "create", .create = {.guest_name = "Ana"}};
  EXPECT_EQ(step(confirm, {.session = {.pending = "confirm", .proposal = proposal}}),
            Step{Act{proposal}});
}

TEST(Confirm, AsksAgainWhenAYesIsNotEnough) {
  EXPECT_EQ(said_keys(step(confirm, {.session = {.pending = "dates"}})), "ask.dates -> dates");
}

TEST(Confirm, IsPoliteWhenNothingWasAsked) {
  EXPECT_EQ(said_keys(step(confirm, {})), "confirm.nothing");
}

TEST(Deny, LeavesTheReservationStanding) {
  EXPECT_EQ(said_keys(step(deny, {.session = {.proposal = {.kind = "cancel"}}})),
            "deny.not_cancelled");
}

TEST(Deny, EndsTheFlow) {
  EXPECT_TRUE(std::get<Say>(step(deny, {.session = {.proposal = {.kind = "create"}}})).ends_flow);
}

TEST(CancelReservation, LooksUpTheGuestsReservations) {
  const Lookup lookup{pms::FindRequest{.guest_key = "+34600", .from = "2026-11-20"}};
  EXPECT_EQ(step(cancel_reservation, {}), Step(lookup));
}

TEST(CancelReservation, AsksBeforeItCancels) {
  const auto asked = step(cancel_reservation, {.reservations = {{kReservation}}});
  EXPECT_EQ(said_keys(asked), "cancel.summary -> confirm");
  EXPECT_EQ(std::get<Say>(asked).proposal, (Proposal{.kind = "cancel", .cancel = kReservation}));
}

TEST(CancelReservation, AsksWhichOneOfSeveral) {
  pms::Reservation other = kReservation;
  other.reference = "CJ-2";
  EXPECT_EQ(said_keys(step(cancel_reservation, {.reservations = {{kReservation, other}}})),
            "reservation.several reservation.line reservation.line ask.code -> code");
}

TEST(CancelReservation, TakesTheOneWhoseCodeTheGuestNamed) {
  pms::Reservation other = kReservation;
  other.reference = "CJ-2";
  const auto asked = step(cancel_reservation, {.session = {.slots = {.code = "CJ-2"}},
                                               .reservations = {{kReservation, other}}});
  EXPECT_EQ(std::get<Say>(asked).proposal, (Proposal{.kind = "cancel", .cancel = other}));
}

TEST(CancelReservation, IgnoresACancelledOne) {
  pms::Reservation cancelled = kReservation;
  cancelled.state = "cancelled";
  EXPECT_EQ(said_keys(step(cancel_reservation, {.reservations = {{cancelled}}})),
            "reservation.not_found");
}

TEST(ReservationStatus, ListsTheReservations) {
  EXPECT_EQ(said_keys(step(reservation_status, {.reservations = {{kReservation}}})),
            "reservation.list reservation.line");
}

TEST(HotelInfo, AnswersInTheGuestsLanguageAndComesBack) {
  const auto answer = step(
      hotel_info, {.session = {.language = "en", .pending = "dates"}, .said = {.topic = "wifi"}});
  EXPECT_EQ(said_keys(answer), "faq.answer ask.dates -> dates");
  EXPECT_EQ(std::get<Say>(answer).lines[0].args, (TextArgs{{"text", "sun2026"}}));
}

TEST(HotelInfo, AsksWhichTopicWhenNoneWasNamed) {
  EXPECT_EQ(said_keys(step(hotel_info, {})), "faq.which");
}

TEST(HotelInfo, SaysWhenItDoesNotKnow) {
  EXPECT_EQ(said_keys(step(hotel_info, {.said = {.topic = "helipad"}})), "faq.unknown");
}

TEST(HotelInfo, AnswersFromTheHousesFactsWhatTheFaqLeavesOut) {
  const auto answer = step(hotel_info, {.said = {.topic = "check_out"}});
  EXPECT_EQ(std::get<Say>(answer), (Say{.lines = {{"faq.check_out", {{"time", "11:00"}}}}}));
}

TEST(HotelInfo, ShowsWhereTheHouseIsToWhoAsksForThat) {
  Pipeline pipeline;
  pipeline.hotel.address = "Calle 1";
  pipeline.hotel.location = MapPoint{-24.5, -65.5};
  const Session session;
  const Said said;
  const Turn turn{.session = session,
                  .said = said,
                  .pipeline = pipeline,
                  .today = day(11, 20),
                  .guest_key = "+34600"};
  EXPECT_EQ(about_house(turn, "location"),
            (Say{.lines = {{"faq.location", {{"address", "Calle 1"}}}}, .shows_place = true}));
  EXPECT_FALSE(about_house(turn, "check_in").shows_place);
  pipeline.hotel.location.reset();
  EXPECT_FALSE(about_house(turn, "location").shows_place);
}

TEST(Greeting, KeepsTheProposalOpen) {
  const Proposal proposal{.kind = "cancel", .cancel = kReservation};
  const auto answer = step(greeting, {.session = {.pending = "confirm", .proposal = proposal}});
  EXPECT_EQ(said_keys(answer), "greeting ask.confirm -> confirm");
  EXPECT_EQ(std::get<Say>(answer).proposal, proposal);
}

TEST(Fallback, AsksThenOffersThenCallsAPerson) {
  EXPECT_EQ(said_keys(step(fallback, {.session = {.fallbacks = 1}})), "fallback.rephrase");
  EXPECT_EQ(said_keys(step(fallback, {.session = {.fallbacks = 2}})),
            "fallback.offer_human -> human");
  EXPECT_TRUE(std::holds_alternative<HandOff>(step(fallback, {.session = {.fallbacks = 3}})));
}

TEST(Fallback, PutsTheTwoLikeliestReadingsBeforeTheGuest) {
  const auto asked =
      step(fallback, {.session = {.pending = "dates", .fallbacks = 1},
                      .said = {.intent = "cancel_reservation", .rival = "modify_reservation"}});
  EXPECT_EQ(said_keys(asked), "fallback.clarify -> dates");
  EXPECT_EQ(std::get<Say>(asked).buttons,
            (std::vector<Button>{{"intent:cancel_reservation", "intent.cancel_reservation"},
                                 {"intent:modify_reservation", "intent.modify_reservation"}}));
}

TEST(Fallback, CallsAPersonForWhoSaysYesToIt) {
  const auto called = step(confirm, {.session = {.pending = "human"}});
  ASSERT_TRUE(std::holds_alternative<HandOff>(called));
  EXPECT_EQ(std::get<HandOff>(called).reason, "fallback");
}

TEST(Fallback, GoesOnWithWhoWantsNoPerson) {
  EXPECT_FALSE(std::get<Say>(step(deny, {.session = {.pending = "human"}})).ends_flow);
}

TEST(CancelReservation, AsksAgainForACodeThatIsNoneOfTheGuests) {
  EXPECT_EQ(said_keys(step(cancel_reservation, {.session = {.slots = {.code = "CJ-9"}},
                                                .reservations = {{kReservation}}})),
            "reservation.unknown_code reservation.several reservation.line ask.code -> code");
}

TEST(CancelReservation, GivesEachOfSeveralItsButton) {
  pms::Reservation other = kReservation;
  other.reference = "CJ-2";
  const auto asked = step(cancel_reservation, {.reservations = {{kReservation, other}}});
  EXPECT_EQ(std::get<Say>(asked).buttons,
            (std::vector<Button>{
                {"code:CJ-1", "=CJ-1", Line{"list.reservation", reservation_args(kReservation)}},
                {"code:CJ-2", "=CJ-2", Line{"list.reservation", reservation_args(other)}}}));
  EXPECT_EQ(std::get<Say>(asked).list, "list.reservations");
}

TEST(CancelReservation, SaysOfATableWhenItIs) {
  pms::Reservation table = kReservation;
  table.reference = "CJ-2";
  table.stay.date_time = "2026-12-10T21:00";
  const auto asked = step(cancel_reservation, {.reservations = {{kReservation, table}}});
  EXPECT_EQ(std::get<Say>(asked).buttons.at(1).detail,
            (Line{"table.list.reservation", reservation_args(table)}));
}

TEST(PriceQuote, NamesThePriceOfEachRoomAndAsksWhich) {
  pms::RoomOffer suite = kDouble;
  suite.room_type = "suite";
  const auto quoted =
      step(price_quote, {.session = {.slots = full_slots()}, .offers = {{kDouble, suite}}});
  EXPECT_EQ(said_keys(quoted),
            "price.offers availability.offer_per_night availability.offer_per_night "
            "ask.room_type -> room_type");
  EXPECT_EQ(std::get<Say>(quoted).buttons,
            (std::vector<Button>{room_button(kDouble), room_button(suite)}));
  EXPECT_EQ(std::get<Say>(quoted).list, "list.rooms");
}

TEST(PriceQuote, AsksOfAnOnlyRoomWhetherItIsWanted) {
  const auto quoted =
      step(price_quote, {.session = {.slots = full_slots()}, .offers = {{kDouble}}});
  EXPECT_EQ(said_keys(quoted), "price.offers availability.offer_per_night ask.reserve -> reserve");
  EXPECT_EQ(std::get<Say>(quoted).list, "");
}

TEST(PriceQuote, AsksThePmsForTheRoomThatTheGuestNamed) {
  EXPECT_EQ(step(price_quote, {.session = {.slots = full_slots()}}),
            Step(Lookup{pms::AvailabilityRequest{.stay = kStay, .room_type = "double"}}));
}

/// The guest with kReservation asks for a change.
Step change(Slots slots, std::optional<std::vector<pms::RoomOffer>> offers = {}) {
  return step(modify_reservation, {.session = {.slots = std::move(slots)},
                                   .offers = std::move(offers),
                                   .reservations = {{kReservation}}});
}

TEST(ModifyReservation, AsksWhatIsToChange) {
  EXPECT_EQ(said_keys(change({})), "ask.change -> change");
}

TEST(ModifyReservation, MovesTheStayAndKeepsItsLength) {
  const pms::Stay moved{.check_in = "2026-12-20", .check_out = "2026-12-22", .adults = 2};
  EXPECT_EQ(change({.check_in = day(12, 20)}), Step(Lookup{pms::AvailabilityRequest{moved}}));
}

TEST(ModifyReservation, LengthensTheStayFromItsArrival) {
  const pms::Stay longer{.check_in = "2026-12-10", .check_out = "2026-12-14", .adults = 2};
  EXPECT_EQ(change({.nights = 4}), Step(Lookup{pms::AvailabilityRequest{longer}}));
}

TEST(ModifyReservation, ShowsTheNewPriceBeforeItChanges) {
  pms::RoomOffer dearer = kDouble;
  dearer.total = {36'000, "USD"};
  const auto asked = change({.nights = 4}, {{dearer}});
  EXPECT_EQ(said_keys(asked), "modify.summary -> confirm");
  const auto& summary = std::get<Say>(asked);
  EXPECT_EQ(summary.lines[0].args.back(), (TextArgs::value_type{"total", dearer.total}));
  const pms::Stay longer{.check_in = "2026-12-10", .check_out = "2026-12-14", .adults = 2};
  EXPECT_EQ(summary.proposal, (Proposal{.kind = "modify",
                                        .before = kReservation,
                                        .modify = {.id = "M-1", .stay = longer}}));
}

TEST(ModifyReservation, ChangesANameWithoutAskingForRooms) {
  const auto asked = change({.guest_name = "Luis"});
  EXPECT_EQ(said_keys(asked), "modify.summary -> confirm");
  EXPECT_EQ(std::get<Say>(asked).proposal->modify,
            (pms::ModifyRequest{.id = "M-1", .guest_name = "Luis"}));
}

TEST(ModifyReservation, AsksForAnotherChangeWhenThatOneIsNotToBeHad) {
  EXPECT_EQ(said_keys(change({.room_type = "suite"}, {{kDouble}})),
            "modify.not_available modify.other_rooms availability.offer_per_night ask.change -> "
            "change");
}

TEST(ModifyReservation, LeavesToAPersonWhatTheGuestsOwnRoomMayStandInTheWayOf) {
  const auto passed = change({.nights = 4}, {std::vector<pms::RoomOffer>{}});
  ASSERT_TRUE(std::holds_alternative<HandOff>(passed));
  EXPECT_EQ(std::get<HandOff>(passed).reason, "modify_reservation");
}

TEST(ModifyReservation, DoesNotMoveAStayIntoThePast) {
  EXPECT_EQ(said_keys(change({.check_in = day(11, 2)})), "dates.past -> dates");
}

/// The guest with kReservation asks to stay until `time` on the last day.
Step stay_until(std::optional<std::chrono::minutes> time, std::optional<int> latest_hour) {
  Pipeline pipeline;
  if (latest_hour) pipeline.hotel.latest_check_out = std::chrono::hours(*latest_hour);
  const Session session{.slots = {.time = time}};
  const Said said;
  return late_checkout({.session = session,
                        .said = said,
                        .pipeline = pipeline,
                        .today = day(11, 20),
                        .guest_key = "+34600",
                        .reservations = {{kReservation}}});
}

TEST(LateCheckout, AsksUntilWhen) { EXPECT_EQ(said_keys(stay_until({}, 14)), "ask.time -> time"); }

TEST(LateCheckout, GrantsWhatTheHouseAllows) {
  using std::chrono::hours;
  EXPECT_EQ(stay_until(hours(13), 14),
            Step(Act{{.kind = "late_checkout",
                      .before = kReservation,
                      .modify = {.id = "M-1", .notes = "Late check-out: 13:00"},
                      .until = hours(13)}}));
}

TEST(LateCheckout, OffersTheLatestTimeWhenAskedForMore) {
  const auto offered = stay_until(std::chrono::hours(16), 14);
  EXPECT_EQ(said_keys(offered), "late_checkout.offer_latest -> confirm");
  EXPECT_EQ(std::get<Say>(offered).proposal->until, std::chrono::hours(14));
}

TEST(LateCheckout, SaysWhenItNeedNotBeAskedFor) {
  EXPECT_EQ(said_keys(stay_until(std::chrono::hours(11), 14)), "late_checkout.not_needed");
}

TEST(LateCheckout, TellsTheStaffWhereTheHouseDoesNotSay) {
  const auto passed_on = stay_until(std::chrono::hours(13), {});
  EXPECT_EQ(said_keys(passed_on), "late_checkout.passed_on");
  EXPECT_EQ(std::get<Say>(passed_on).events,
            (std::vector<EventDraft>{{.type = "service.requested",
                                      .data = {{"kind", "late_checkout"}, {"detail", "13:00"}}}}));
}

TEST(Complaint, ApologisesAndCallsAPersonAtOnce) {
  const auto called = step(complaint, {.said = {.intent = "complaint"}});
  ASSERT_TRUE(std::holds_alternative<HandOff>(called));
  const auto& hand_off = std::get<HandOff>(called);
  EXPECT_EQ(hand_off.say.lines.at(0).key, "complaint.sorry");
  EXPECT_TRUE(hand_off.urgent);
}

TEST(ServiceRequest, TellsTheStaffAndGoesOn) {
  const auto told = step(service_request, {.session = {.pending = "dates"}});
  EXPECT_EQ(said_keys(told), "service.passed_on ask.dates -> dates");
  EXPECT_EQ(std::get<Say>(told).events,
            (std::vector<EventDraft>{
                {.type = "service.requested", .data = {{"kind", "service_request"}}}}));
}

TEST(OutOfScope, SaysWhatItIsThereFor) {
  EXPECT_EQ(said_keys(step(out_of_scope, {})), "out_of_scope");
}

TEST(Handlers, AreInTheOrderOfTheirNames) {
  std::vector<std::string_view> names;
  for (const auto& row : handlers()) names.push_back(row.intent);
  auto sorted = names;
  std::ranges::sort(sorted);
  EXPECT_EQ(names, sorted);
}

/// A row of the router's table: what stands, what is said, who answers.
struct Routed {
  std::string what;
  Session session;
  Said said;
  std::string intent;
};
void PrintTo(const Routed& routed, std::ostream* out) { *out << routed.what; }

class Route : public testing::TestWithParam<Routed> {};

TEST_P(Route, FindsTheHandler) {
  EXPECT_EQ(route(GetParam().session, GetParam().said), GetParam().intent);
}

const Slots kSomeSlots{.adults = 2};
INSTANTIATE_TEST_SUITE_P(
    Table, Route,
    testing::Values(
        Routed{"an_intent", {}, {.intent = "greeting", .confidence = 0.9}, "greeting"},
        Routed{"a_guess", {}, {.intent = "greeting", .confidence = 0.3}, "fallback"},
        Routed{"an_intent_that_nobody_handles",
               {},
               {.intent = "order_pizza", .confidence = 0.9},
               "fallback"},
        Routed{"a_subject_that_is_not_ours",
               {},
               {.intent = "out_of_scope", .confidence = 0.9},
               "out_of_scope"},
        Routed{"two_readings_as_likely",
               {},
               {.intent = "cancel_reservation",
                .confidence = 0.5,
                .rival = "modify_reservation",
                .rival_confidence = 0.45},
               "fallback"},
        Routed{"two_readings_that_lead_to_the_same",
               {},
               {.intent = "make_reservation",
                .confidence = 0.5,
                .rival = "check_availability",
                .rival_confidence = 0.45},
               "make_reservation"},
        Routed{"a_code_pressed_in_a_list",
               {.flow = "cancel_reservation", .pending = "code"},
               {.intent = "code",
                .confidence = 1,
                .choice = "code:CJ-1",
                .slots = {.code = "CJ-1"},
                .names_slots = true},
               "cancel_reservation"},
        Routed{"a_correction_that_sounds_like_a_change",
               {.flow = "make_reservation", .pending = "guest_name"},
               {.intent = "modify_reservation",
                .confidence = 0.9,
                .slots = kSomeSlots,
                .names_slots = true},
               "make_reservation"},
        Routed{"a_change_that_sounds_like_a_wish",
               {.flow = "modify_reservation", .pending = "change"},
               {.intent = "make_reservation",
                .confidence = 0.9,
                .slots = {.room_type = "suite"},
                .names_slots = true},
               "modify_reservation"},
        Routed{"a_yes_to_a_price",
               {.flow = "price_quote", .pending = "reserve"},
               {.intent = "confirm",
                .confidence = 0.9,
                .slots = {.guest_name = "Ana"},
                .names_slots = true},
               "make_reservation"},
        Routed{"a_yes_to_a_person_during_a_reservation",
               {.flow = "make_reservation", .pending = "human"},
               {.intent = "confirm", .confidence = 0.9},
               "confirm"},
        Routed{"slots_for_the_flow",
               {.flow = "cancel_reservation", .pending = "code"},
               {.intent = "out_of_scope",
                .confidence = 0.9,
                .slots = {.code = "CJ-1"},
                .names_slots = true},
               "cancel_reservation"},
        Routed{"a_yes_with_slots",
               {.flow = "make_reservation", .pending = "guest_name"},
               {.intent = "confirm", .confidence = 0.9, .slots = kSomeSlots, .names_slots = true},
               "make_reservation"},
        Routed{"a_room_chosen_from_offers",
               {.flow = "check_availability", .pending = "room_type"},
               {.intent = "confirm",
                .confidence = 0.9,
                .slots = {.room_type = "double"},
                .names_slots = true},
               "make_reservation"},
        Routed{"a_room_pressed_in_a_list",
               {.flow = "check_availability", .pending = "room_type"},
               {.intent = "make_reservation",
                .confidence = 1,
                .choice = "room_type:double",
                .slots = {.room_type = "double"},
                .names_slots = true},
               "make_reservation"},
        Routed{"a_yes_to_offers",
               {.flow = "check_availability", .pending = "room_type"},
               {.intent = "confirm", .confidence = 0.9},
               "make_reservation"},
        Routed{"a_yes_to_a_proposal",
               {.flow = "make_reservation", .pending = "confirm", .proposal = {.kind = "create"}},
               {.intent = "confirm", .confidence = 0.9},
               "confirm"},
        Routed{"a_change_of_subject_that_names_slots",
               {.flow = "make_reservation", .pending = "dates"},
               {.intent = "cancel_reservation",
                .confidence = 0.9,
                .slots = {.code = "CJ-1"},
                .names_slots = true},
               "cancel_reservation"}),
    [](const auto& row) { return row.param.what; });

}  // namespace
}  // namespace conserje
