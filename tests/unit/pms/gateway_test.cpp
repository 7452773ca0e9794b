#include "pms/gateway.hpp"

#include <gtest/gtest.h>

#include "fake_pms.hpp"

namespace conserje {
namespace {

const Error kAway{ErrorClass::retry, "away"};
const Error kUnknown{ErrorClass::deadline, "no answer"};

pms::ReservationRequest request() {
  return {.reference = "CJ-1",
          .guest_name = "Ana",
          .guest_key = "+34600",
          .room_type = "double",
          .stay = {.check_in = "2026-12-10", .check_out = "2026-12-12", .adults = 2}};
}
pms::ReservationAnswer made() {
  return {.outcome = "done",
          .reservation = pms::Reservation{.id = "M-1",
                                          .reference = "CJ-1",
                                          .state = "confirmed",
                                          .guest_name = "Ana",
                                          .room_type = "double",
                                          .stay = request().stay,
                                          .total = {18'000, "USD"}}};
}

std::vector<std::uint32_t> methods(const FakePms& pms) {
  std::vector<std::uint32_t> out;
  for (const auto& call : pms.calls) out.push_back(call.method);
  return out;
}

TEST(Gateway, TriesAReadAgainUntilItSucceeds) {
  FakePms pms;
  pms.fail(pms::method::find, kAway);
  pms.fail(pms::method::find, kUnknown);
  pms.answer(pms::method::find, pms::ReservationList{});
  EXPECT_EQ(pms.gateway().find({.guest_key = "+34600"}),
            (Result<pms::ReservationList>(pms::ReservationList{})));
  EXPECT_EQ(pms.calls.size(), 3U);
  EXPECT_EQ(pms.calls[2].attempt, 3U);
}

TEST(Gateway, WaitsLongerBetweenTries) {
  FakePms pms;
  for (int i = 0; i < 3; ++i) pms.fail(pms::method::find, kAway);
  EXPECT_EQ(pms.gateway().find({.guest_key = "+34600"}), (Result<pms::ReservationList>(kAway)));
  ASSERT_EQ(pms.pauses.size(), 2U);
  EXPECT_GE(pms.pauses[0], Millis(50));
  EXPECT_LE(pms.pauses[0], Millis(150));
  EXPECT_GE(pms.pauses[1], Millis(100));
  EXPECT_LE(pms.pauses[1], Millis(300));
}

TEST(Gateway, DoesNotRepeatWhatThePmsRefuses) {
  FakePms pms;
  const Error refused{ErrorClass::permanent, "no such room"};
  pms.fail(pms::method::availability, refused);
  EXPECT_EQ(pms.gateway().availability({}), (Result<pms::Availability>(refused)));
  EXPECT_EQ(pms.calls.size(), 1U);
}

TEST(Gateway, DoesNotWaitBeyondItsDeadline) {
  FakePms pms;
  Error busy = kAway;
  busy.retry_after = Millis(60'000);
  pms.fail(pms::method::find, busy);
  EXPECT_EQ(pms.gateway().find({.guest_key = "+34600"}), (Result<pms::ReservationList>(busy)));
  EXPECT_TRUE(pms.pauses.empty());
}

TEST(Gateway, LooksUpAReservationWhoseOutcomeIsUnknown) {
  FakePms pms;
  pms.fail(pms::method::create, kUnknown);
  pms.answer(pms::method::retrieve, made());
  EXPECT_EQ(pms.gateway().create(request(), "key-1"), (Result<pms::ReservationAnswer>(made())));
  EXPECT_EQ(methods(pms), (std::vector{pms::method::create, pms::method::retrieve}));
}

TEST(Gateway, MakesItAgainWithTheSameKeyWhenThePmsDoesNotHaveIt) {
  FakePms pms;
  pms.fail(pms::method::create, kUnknown);
  pms.answer(pms::method::retrieve, pms::ReservationAnswer{.outcome = "not_found"});
  pms.answer(pms::method::create, made());
  EXPECT_EQ(pms.gateway().create(request(), "key-1"), (Result<pms::ReservationAnswer>(made())));
  EXPECT_EQ(pms.calls[0].idempotency_key, "key-1");
  EXPECT_EQ(pms.calls[2].idempotency_key, "key-1");
}

TEST(Gateway, LeavesTheOutcomeUnknownWhenItCannotLook) {
  FakePms pms;
  pms.fail(pms::method::create, kUnknown);
  for (int i = 0; i < 3; ++i) pms.fail(pms::method::retrieve, kAway);
  EXPECT_EQ(pms.gateway().create(request(), "key-1"), (Result<pms::ReservationAnswer>(kUnknown)));
}

TEST(Gateway, KeepsCallsAwayFromAPmsThatIsDown) {
  FakePms pms;
  for (int i = 0; i < 5; ++i) pms.fail(pms::method::find, kAway);
  (void)pms.gateway().find({.guest_key = "a"});
  (void)pms.gateway().find({.guest_key = "b"});
  EXPECT_EQ(pms.calls.size(), 5U);
  EXPECT_EQ(pms.gateway().find({.guest_key = "c"}),
            (Result<pms::ReservationList>(
                Error{ErrorClass::retry, "the circuit breaker of frontdesk is open"})));
}

TEST(Gateway, SaysWhenThePluginsAnswerDoesNotFit) {
  FakePms pms;
  pms.answer(pms::method::find, pms::Money{1, "USD"});
  EXPECT_EQ(pms.gateway().find({.guest_key = "a"}),
            (Result<pms::ReservationList>(
                Error{ErrorClass::bug, "frontdesk: reservations: is missing"})));
}

TEST(Gateway, AsksForTablesAgainWhenNothingWasAnswered) {
  FakePms pms;
  const pms::TablesRequest request{
      .stay = {.check_in = "2026-11-21", .check_out = "2026-11-21", .adults = 4}};
  const pms::Tables found{.services = {{"2026-11-21T20:00", "2026-11-21T23:00"}}};
  pms.fail(pms::method::tables, kAway);
  pms.answer(pms::method::tables, found);
  EXPECT_EQ(pms.gateway().tables(request), Result<pms::Tables>(found));
}

}  // namespace
}  // namespace conserje
