#include "conversation/session.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

Session full() {
  return {.language = "es",
          .flow = "make_reservation",
          .pending = "confirm",
          .slots = {.unit = "table",
                    .check_in =
                        Date(std::chrono::year(2026), std::chrono::month(12), std::chrono::day(10)),
                    .nights = 2,
                    .adults = 2,
                    .children = 1,
                    .room_type = "double",
                    .guest_name = "Ana",
                    .code = "CJ-1",
                    .time = std::chrono::minutes(14 * 60),
                    .other_time = std::chrono::minutes(2 * 60),
                    .area = "terrace",
                    .notes = "una trona"},
          .proposal = {.kind = "create", .create = {.guest_name = "Ana", .room_type = "double"}},
          .parked = {.flow = "cancel_reservation", .pending = "code", .slots = {.adults = 1}},
          .waiting = {{.intent = "late_checkout", .slots = {.adults = 2}}},
          .intents = {"greeting", "make_reservation"},
          .fallbacks = 1,
          .silent_until_ms = 7,
          .minute_ms = 8,
          .minute_messages = 9};
}

Proposal late_checkout() {
  return {.kind = "late_checkout",
          .before = {.id = "M-1", .guest_name = "Ana"},
          .modify = {.id = "M-1", .notes = "Late check-out: 14:00"},
          .until = std::chrono::minutes(14 * 60)};
}

TEST(Session, IsReadAsItWasWritten) {
  EXPECT_EQ(decode<Session>(std::string_view(encode(full()))), Result<Session>(full()));
}

TEST(Proposal, OfAChangeIsReadAsItWasWritten) {
  EXPECT_EQ(decode<Proposal>(std::string_view(encode(late_checkout()))),
            Result<Proposal>(late_checkout()));
}

TEST(Session, IsNewWhenNothingIsThere) {
  EXPECT_EQ(decode<Session>(std::string_view("{}")), Result<Session>(Session{}));
}

TEST(Session, RefusesADateThatIsNone) {
  EXPECT_EQ(
      decode<Session>(std::string_view(R"({"slots":{"check_in":"2026-13-01"}})")),
      (Result<Session>(Error{ErrorClass::permanent,
                             "check_in: a date like 2026-12-31 is needed, found 2026-13-01"})));
}

}  // namespace
}  // namespace conserje
