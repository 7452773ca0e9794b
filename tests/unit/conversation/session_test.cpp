#include "conversation/session.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

Session full() {
  return {.language = "es",
          .flow = "make_reservation",
          .pending = "confirm",
          .slots = {.check_in =
                        Date(std::chrono::year(2026), std::chrono::month(12), std::chrono::day(10)),
                    .nights = 2,
                    .adults = 2,
                    .children = 1,
                    .room_type = "double",
                    .guest_name = "Ana",
                    .code = "CJ-1"},
          .proposal = {.kind = "create", .create = {.guest_name = "Ana", .room_type = "double"}},
          .intents = {"greeting", "make_reservation"},
          .fallbacks = 1,
          .silent_until_ms = 7};
}

TEST(Session, IsReadAsItWasWritten) {
  EXPECT_EQ(decode<Session>(std::string_view(encode(full()))), Result<Session>(full()));
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
