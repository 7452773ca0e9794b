#include "conversation/slots.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

Date day(unsigned month, unsigned day_of_month) {
  return Date(std::chrono::year(2026), std::chrono::month(month), std::chrono::day(day_of_month));
}
nlu::Entity entity(std::string type, Json value) {
  return {.type = std::move(type), .value = std::move(value)};
}
Slots slots_of(std::vector<nlu::Entity> entities) {
  return understood({.intent = {"make_reservation", 0.9}, .entities = std::move(entities)}).slots;
}
nlu::Entity range(std::string from, std::string to) {
  return entity("date", {{"kind", "range"}, {"start", from}, {"end", to}, {"grain", "day"}});
}
nlu::Entity date(std::string on) {
  return entity("date", {{"kind", "date"}, {"start", on}, {"grain", "day"}});
}

TEST(Understood, TakesARangeAsArrivalAndDeparture) {
  EXPECT_EQ(slots_of({range("2026-12-10", "2026-12-12")}),
            (Slots{.check_in = day(12, 10), .check_out = day(12, 12)}));
}

TEST(Understood, TakesTwoDaysAsArrivalAndDeparture) {
  EXPECT_EQ(slots_of({date("2026-12-10"), date("2026-12-12")}),
            (Slots{.check_in = day(12, 10), .check_out = day(12, 12)}));
}

TEST(Understood, TakesOneDayAsArrival) {
  EXPECT_EQ(slots_of({date("2026-12-10")}), (Slots{.check_in = day(12, 10)}));
}

TEST(Understood, TakesThePartyTheRoomAndTheName) {
  EXPECT_EQ(slots_of({entity("party_size", {{"adults", 2}, {"children", 1}}),
                      entity("room_type", "double"), entity("person_name", "Ana Pérez"),
                      entity("nights", 3)}),
            (Slots{.nights = 3,
                   .adults = 2,
                   .children = 1,
                   .room_type = "double",
                   .guest_name = "Ana Pérez"}));
}

TEST(Understood, LeavesOutWhatMakesNoSense) {
  EXPECT_EQ(slots_of({range("2026-12-12", "2026-12-10"), range("2026-12-12", "2027-12-12"),
                      entity("party_size", {{"adults", 31}}), entity("nights", 0),
                      entity("nights", 1.5), entity("date", "soon"), entity("room_type", 7)}),
            Slots{});
}

TEST(Merged, LetsTheNewsWin) {
  const Slots known{
      .check_in = day(12, 10), .check_out = day(12, 12), .adults = 2, .room_type = "double"};
  EXPECT_EQ(
      merged(known, {.adults = 3, .room_type = "triple"}),
      (Slots{
          .check_in = day(12, 10), .check_out = day(12, 12), .adults = 3, .room_type = "triple"}));
}

TEST(Merged, MovesTheStayWithANewArrival) {
  const Slots known{.check_in = day(12, 10), .check_out = day(12, 13)};
  EXPECT_EQ(stay_of(merged(known, {.check_in = day(12, 20), .adults = 1})),
            (pms::Stay{.check_in = "2026-12-20", .check_out = "2026-12-23", .adults = 1}));
}

TEST(Merged, ForgetsTheDepartureWhenTheNightsAreSaid) {
  const Slots known{.check_in = day(12, 10), .check_out = day(12, 13), .adults = 1};
  EXPECT_EQ(stay_of(merged(known, {.nights = 5})),
            (pms::Stay{.check_in = "2026-12-10", .check_out = "2026-12-15", .adults = 1}));
}

TEST(StayOf, IsUnknownWithoutADeparture) {
  EXPECT_EQ(stay_of({.check_in = day(12, 10), .adults = 2}), std::nullopt);
}

TEST(StayOf, IsUnknownWhenTheDepartureIsNotAfterTheArrival) {
  EXPECT_EQ(stay_of({.check_in = day(12, 10), .check_out = day(12, 10), .adults = 2}),
            std::nullopt);
}

}  // namespace
}  // namespace conserje
