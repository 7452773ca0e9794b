#include "conversation/consequence.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

const pms::Stay kStay{
    .check_in = "2026-12-10", .check_out = "2026-12-12", .adults = 2, .children = 1};
const pms::ReservationRequest kRequest{.reference = "CJ-1",
                                       .guest_name = "Ana",
                                       .guest_key = "+34600",
                                       .room_type = "double",
                                       .stay = kStay,
                                       .expected_total = pms::Money{18'000, "USD"}};
const pms::Reservation kMade{.id = "M-1",
                             .reference = "CJ-1",
                             .state = "confirmed",
                             .guest_name = "Ana",
                             .room_type = "double",
                             .stay = kStay,
                             .total = {18'000, "USD"}};

Pipeline pipeline() {
  Pipeline out;
  out.hotel.name = "Hotel Sol";
  return out;
}
std::string only_key(const Consequence& consequence) { return consequence.say.lines.at(0).key; }

TEST(AfterCreate, TellsTheGuestAndTheStaff) {
  const auto consequence = after_create(
      kRequest, pms::ReservationAnswer{.outcome = "done", .reservation = kMade}, pipeline());
  EXPECT_EQ(only_key(consequence), "reservation.created");
  EXPECT_EQ(consequence.say.shows_code, "CJ-1");
  EXPECT_TRUE(consequence.say.ends_flow);
  EXPECT_EQ(consequence.state, ReservationState::confirmed);
  EXPECT_EQ(consequence.events,
            (std::vector<EventDraft>{{.type = "reservation.created",
                                      .severity = "info",
                                      .data = {{"reservation_id", "CJ-1"},
                                               {"pms_id", "M-1"},
                                               {"date_time", "2026-12-10T15:00"},
                                               {"check_in", "2026-12-10"},
                                               {"check_out", "2026-12-12"},
                                               {"party_size", 3},
                                               {"room_type", "double"},
                                               {"status", "confirmed"},
                                               {"restaurant", "Hotel Sol"}}}}));
}

TEST(AfterCreate, RefusesPolitelyWhenTheLastRoomIsGone) {
  const auto consequence =
      after_create(kRequest, pms::ReservationAnswer{.outcome = "no_availability"}, pipeline());
  EXPECT_EQ(only_key(consequence), "reservation.no_availability");
  EXPECT_TRUE(consequence.sold_out);
  EXPECT_EQ(consequence.events, std::vector<EventDraft>{});
  EXPECT_EQ(consequence.state, std::nullopt);
}

TEST(AfterCreate, CallsAPersonWhenThePmsDoesNotTakeIt) {
  const Error away{ErrorClass::deadline, "no answer"};
  const auto consequence = after_create(kRequest, away, pipeline());
  EXPECT_EQ(only_key(consequence), "reservation.we_will_call_you");
  EXPECT_EQ(consequence.dead_letter, away);
  EXPECT_EQ(consequence.state, ReservationState::failed);
  ASSERT_EQ(consequence.events.size(), 1U);
  EXPECT_EQ(consequence.events[0].type, "reservation.failed");
  EXPECT_EQ(consequence.events[0].severity, "critical");
}

TEST(AfterCreate, DoesNotBelieveADoneWithoutAReservation) {
  const auto consequence =
      after_create(kRequest, pms::ReservationAnswer{.outcome = "done"}, pipeline());
  ASSERT_TRUE(consequence.dead_letter);
  EXPECT_EQ(consequence.dead_letter->error_class, ErrorClass::bug);
}

TEST(AfterCancel, TellsTheGuestAndTheStaff) {
  pms::Reservation cancelled = kMade;
  cancelled.state = "cancelled";
  const auto consequence = after_cancel(
      kMade, pms::ReservationAnswer{.outcome = "done", .reservation = cancelled}, pipeline());
  EXPECT_EQ(only_key(consequence), "cancel.done");
  EXPECT_EQ(consequence.state, ReservationState::cancelled);
  ASSERT_EQ(consequence.events.size(), 1U);
  EXPECT_EQ(consequence.events[0].type, "reservation.cancelled");
}

TEST(AfterCancel, SaysThatThereIsNothingToCancel) {
  const auto consequence =
      after_cancel(kMade, pms::ReservationAnswer{.outcome = "not_found"}, pipeline());
  EXPECT_EQ(only_key(consequence), "cancel.not_found");
  EXPECT_EQ(consequence.events, std::vector<EventDraft>{});
}

const Proposal kChange{.kind = "modify", .before = kMade, .modify = {.id = "M-1"}};

TEST(AfterModify, TellsTheGuestAndTheStaff) {
  pms::Reservation longer = kMade;
  longer.stay.check_out = "2026-12-14";
  const auto consequence = after_modify(
      kChange, pms::ReservationAnswer{.outcome = "done", .reservation = longer}, pipeline());
  EXPECT_EQ(only_key(consequence), "modify.done");
  EXPECT_EQ(consequence.reservation, longer);
  ASSERT_EQ(consequence.events.size(), 1U);
  EXPECT_EQ(consequence.events[0].type, "reservation.modified");
  EXPECT_EQ(consequence.events[0].data["check_out"], "2026-12-14");
}

TEST(AfterModify, TellsTheStaffUntilWhenAGuestStays) {
  Proposal late = kChange;
  late.kind = "late_checkout";
  late.until = std::chrono::hours(13);
  const auto consequence =
      after_modify(late, pms::ReservationAnswer{.outcome = "done"}, pipeline());
  EXPECT_EQ(consequence.say.lines,
            (std::vector<Line>{{"late_checkout.granted", {{"time", "13:00"}}}}));
  EXPECT_EQ(consequence.events.at(0).data["check_out_time"], "13:00");
}

TEST(AfterModify, KeepsTheReservationWhenNothingIsLeft) {
  const auto consequence =
      after_modify(kChange, pms::ReservationAnswer{.outcome = "no_availability"}, pipeline());
  EXPECT_EQ(only_key(consequence), "modify.not_available");
  EXPECT_EQ(consequence.say.asks, "change");
  EXPECT_EQ(consequence.state, std::nullopt);
}

TEST(AfterModify, CallsAPersonWhenItFails) {
  const auto consequence = after_modify(kChange, Error{ErrorClass::retry, "away"}, pipeline());
  EXPECT_EQ(only_key(consequence), "modify.failed");
  EXPECT_TRUE(consequence.dead_letter);
}

TEST(AfterCancel, CallsAPersonWhenItFails) {
  const auto consequence = after_cancel(kMade, Error{ErrorClass::retry, "away"}, pipeline());
  EXPECT_EQ(only_key(consequence), "cancel.failed");
  EXPECT_TRUE(consequence.dead_letter);
}

}  // namespace
}  // namespace conserje
