#include "restaurant.hpp"

#include <gtest/gtest.h>

namespace conserje::mock {
namespace {

using namespace std::chrono_literals;

constexpr Date kFriday = 2026y / 3 / 13;
constexpr Date kSaturday = 2026y / 3 / 14;
constexpr Date kMonday = 2026y / 3 / 16;

/// Two small tables and a large one inside, one on the terrace; lunch and dinner at weekends,
/// dinner on Fridays, Mondays closed, nothing on the other days but Tuesday's dinner.
RestaurantConfig config() {
  RestaurantConfig config{
      .tables = {{.area = "indoor", .name = "Salón", .seats = 6, .min_party = 3, .count = 1},
                 {.area = "indoor", .name = "Salón", .seats = 2, .count = 2},
                 {.area = "terrace", .name = "Terraza", .seats = 4, .count = 1}},
      .slot_minutes = 30,
      .turn_minutes = 90};
  const ServiceSpan dinner{20h, 21h + 30min};
  config.services[2] = {dinner};
  config.services[5] = {dinner};
  config.services[6] = {dinner, {13h, 14h}};
  return config;
}

Seating seating(Date day, std::chrono::minutes time, std::int64_t guests) {
  return {.from = at_time(day, time), .length = 90min, .guests = guests};
}

pms::TableOffer offer(const std::string& at, const std::string& area, const std::string& name,
                      std::int64_t available = 1) {
  return {
      .date_time = at, .duration_minutes = 90, .area = area, .name = name, .available = available};
}

std::vector<std::string> times(const std::vector<pms::TableOffer>& offers) {
  std::vector<std::string> out;
  for (const auto& offer : offers) out.push_back(offer.date_time.substr(11));
  return out;
}

TEST(SeatingOf, KeepsTheTableAsLongAsTheStaySays) {
  const pms::Stay stay{.check_in = "2026-03-13",
                       .check_out = "2026-03-13",
                       .adults = 2,
                       .children = 1,
                       .date_time = "2026-03-13T20:30",
                       .duration_minutes = 60};
  EXPECT_EQ(seating_of(stay, 90min),
            Result<Seating>(Seating{at_time(kFriday, 20h + 30min), 60min, 3}));
}

TEST(SeatingOf, RefusesADateTimeOnAnotherDayThanTheStay) {
  const pms::Stay stay{.check_in = "2026-03-13",
                       .check_out = "2026-03-14",
                       .adults = 2,
                       .date_time = "2026-03-13T20:30"};
  const auto seated = seating_of(stay, 90min);
  ASSERT_FALSE(seated);
  EXPECT_EQ(seated.error(),
            (Error{ErrorClass::permanent, "stay: check_in and check_out of a table are its day"}));
}

TEST(Restaurant, OffersEachAreaThatHoldsTheParty) {
  const auto found = Restaurant(config()).at(seating(kFriday, 20h, 2), "", "");
  EXPECT_EQ(found.offers, (std::vector{offer("2026-03-13T20:00", "indoor", "Salón", 2),
                                       offer("2026-03-13T20:00", "terrace", "Terraza")}));
  EXPECT_TRUE(found.others.empty());
  EXPECT_EQ(found.services, (std::vector<pms::Service>{{"2026-03-13T20:00", "2026-03-13T21:30"}}));
  EXPECT_EQ(found.next_opening, "2026-03-14T13:00");
}

TEST(Restaurant, KeepsTheLargeTableForLargeParties) {
  const Restaurant restaurant(config());
  EXPECT_EQ(restaurant.table_for(seating(kFriday, 20h, 2), "indoor", ""), "2/1");
  EXPECT_EQ(restaurant.table_for(seating(kFriday, 20h, 3), "indoor", ""), "1/1");
  EXPECT_EQ(restaurant.table_for(seating(kFriday, 20h, 7), "", ""), std::nullopt);
}

TEST(Restaurant, SeatsNobodyOutsideItsServicesOrBetweenItsArrivals) {
  const Restaurant restaurant(config());
  EXPECT_EQ(restaurant.table_for(seating(kFriday, 19h, 2), "", ""), std::nullopt);
  EXPECT_EQ(restaurant.table_for(seating(kFriday, 20h + 10min, 2), "", ""), std::nullopt);
  EXPECT_EQ(restaurant.table_for(seating(kMonday, 20h, 2), "", ""), std::nullopt);
}

TEST(Restaurant, OffersTheNearestTimesWhereTheWantedOneIsTaken) {
  Restaurant restaurant(config());
  restaurant.seat("M-1", "3/1", seating(kSaturday, 20h, 4));
  const auto found = restaurant.at(seating(kSaturday, 20h + 30min, 4), "terrace", "");
  EXPECT_TRUE(found.offers.empty());
  EXPECT_EQ(times(found.others), (std::vector<std::string>{"21:30", "14:00", "13:30", "13:00"}));
}

TEST(Restaurant, FreesATableWhenItsTurnIsOver) {
  Restaurant restaurant(config());
  restaurant.seat("M-1", "3/1", seating(kFriday, 20h, 4));
  EXPECT_EQ(restaurant.table_for(seating(kFriday, 21h, 4), "terrace", ""), std::nullopt);
  EXPECT_EQ(restaurant.table_for(seating(kFriday, 21h + 30min, 4), "terrace", ""), "3/1");
}

TEST(Restaurant, CountsAReservationThatMovesAsIfItWereNotThere) {
  Restaurant restaurant(config());
  restaurant.seat("M-1", "3/1", seating(kFriday, 20h, 4));
  EXPECT_EQ(restaurant.table_for(seating(kFriday, 20h + 30min, 4), "terrace", "M-1"), "3/1");
}

TEST(Restaurant, FreesTheTableOfWhoIsSeatedNowhere) {
  Restaurant restaurant(config());
  restaurant.seat("M-1", "3/1", seating(kFriday, 20h, 4));
  restaurant.seat("M-1", "", seating(kFriday, 20h, 4));
  EXPECT_EQ(restaurant.table_for(seating(kFriday, 20h, 4), "terrace", ""), "3/1");
}

TEST(Restaurant, NamesTheNextOpeningOfAClosedDay) {
  auto closed = config();
  closed.closed = {2026y / 3 / 17};
  const auto found = Restaurant(closed).at(seating(kMonday, 20h, 2), "", "");
  EXPECT_EQ(found, (pms::Tables{.next_opening = "2026-03-20T20:00"}));
}

TEST(Restaurant, ListsTheTimesOfADayInTheirOrder) {
  const auto found = Restaurant(config()).on_day(seating(kSaturday, 0h, 4), "", "");
  EXPECT_EQ(times(found.others), (std::vector<std::string>{"13:00", "13:30", "14:00", "20:00",
                                                           "20:30", "21:00", "21:30"}));
}

}  // namespace
}  // namespace conserje::mock
