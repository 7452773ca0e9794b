#include "hotel.hpp"

#include <gtest/gtest.h>

namespace conserje::mock {
namespace {

using namespace std::chrono_literals;

constexpr Date kTuesday = 2026y / 3 / 10;
constexpr Date kThursday = 2026y / 3 / 12;
constexpr Date kFriday = 2026y / 3 / 13;
constexpr Date kSunday = 2026y / 3 / 15;

const Room kSingle{
    .type = "single", .name = "Single room", .capacity = 1, .count = 2, .price_minor = 5000};
const Room kDouble{.type = "double",
                   .name = "Double room",
                   .description = "Garden view",
                   .capacity = 2,
                   .count = 2,
                   .price_minor = 8000,
                   .weekend_surcharge_minor = 1000};
const Room kAttic{.type = "attic", .name = "Attic", .capacity = 4, .count = 1, .price_minor = 8000};

Hotel hotel() { return Hotel({kAttic, kDouble, kSingle}, "EUR"); }

pms::Stay stay(Date from, Date to, std::int64_t adults = 2) {
  return {.check_in = format_date(from), .check_out = format_date(to), .adults = adults};
}

Entry entry(const std::string& id, Date from, Date to, const std::string& guest = "+1") {
  return {.reservation = {.id = id,
                          .reference = "R-" + id,
                          .state = "confirmed",
                          .guest_key = guest,
                          .room_type = "double",
                          .stay = stay(from, to)},
          .key = "key-" + id};
}

TEST(NightsOf, CountsTheNightsWithoutTheDayOfDeparture) {
  const auto nights = nights_of(stay(kTuesday, kThursday), 60);
  ASSERT_TRUE(nights);
  EXPECT_EQ(*nights, (Nights{kTuesday, kThursday}));
  EXPECT_EQ(nights->count(), 2);
}

TEST(NightsOf, RefusesAStayWithoutANight) {
  EXPECT_EQ(nights_of(stay(kFriday, kFriday), 60),
            (Result<Nights>(Error{ErrorClass::permanent, "stay: it has no night"})));
}

TEST(NightsOf, RefusesAStayThatEndsBeforeItBegins) {
  EXPECT_EQ(nights_of(stay(kFriday, kThursday), 60),
            (Result<Nights>(Error{ErrorClass::permanent, "stay: it has no night"})));
}

TEST(NightsOf, RefusesMoreNightsThanAllowed) {
  EXPECT_EQ(nights_of(stay(kTuesday, kSunday), 4),
            (Result<Nights>(Error{ErrorClass::permanent, "stay: at most 4 nights"})));
}

TEST(NightsOf, RefusesADayThatDoesNotExist) {
  EXPECT_EQ(
      nights_of({.check_in = "2026-02-30", .check_out = "2026-03-02", .adults = 1}, 60),
      (Result<Nights>(Error{ErrorClass::permanent, "stay: a date is needed, as YYYY-MM-DD"})));
}

TEST(NightsOf, RefusesAPartyWithoutAnAdult) {
  EXPECT_EQ(nights_of(stay(kTuesday, kThursday, 0), 60),
            (Result<Nights>(Error{ErrorClass::permanent, "stay: at least one adult"})));
}

TEST(Hotel, OffersTheCheapestFirstAndTiesInTheOrderOfTheConfiguration) {
  const pms::RoomOffer single{.room_type = "single",
                              .name = "Single room",
                              .capacity = 1,
                              .available = 2,
                              .per_night = pms::Money{5000, "EUR"},
                              .total = {10000, "EUR"}};
  const pms::RoomOffer attic{.room_type = "attic",
                             .name = "Attic",
                             .capacity = 4,
                             .available = 1,
                             .per_night = pms::Money{8000, "EUR"},
                             .total = {16000, "EUR"}};
  const pms::RoomOffer double_room{.room_type = "double",
                                   .name = "Double room",
                                   .description = "Garden view",
                                   .capacity = 2,
                                   .available = 2,
                                   .per_night = pms::Money{8000, "EUR"},
                                   .total = {16000, "EUR"}};
  EXPECT_EQ(hotel().offers({kTuesday, kThursday}, 1, ""),
            (std::vector{single, attic, double_room}));
}

TEST(Hotel, OffersOnlyRoomsThatHoldTheParty) {
  const auto offers = hotel().offers({kTuesday, kThursday}, 3, "");
  ASSERT_EQ(offers.size(), 1U);
  EXPECT_EQ(offers[0].room_type, "attic");
}

TEST(Hotel, OffersNothingOfATypeItDoesNotHave) {
  EXPECT_EQ(hotel().offers({kTuesday, kThursday}, 1, "suite"), std::vector<pms::RoomOffer>());
}

TEST(Hotel, AddsTheSurchargeToFridayAndSaturdayNights) {
  EXPECT_EQ(hotel().price(kDouble, {kThursday, kSunday}), (pms::Money{26000, "EUR"}));
}

TEST(Hotel, NamesAPriceOfTheNightOnlyWhenAllNightsCostTheSame) {
  EXPECT_EQ(hotel().offers({kThursday, kSunday}, 2, "double")[0].per_night, std::nullopt);
  EXPECT_EQ(hotel().offers({kFriday, kSunday}, 2, "double")[0].per_night,
            (pms::Money{9000, "EUR"}));
}

TEST(Hotel, HasAsManyRoomsAsOnTheScarcestNight) {
  auto book = hotel();
  book.put(entry("M-1", kTuesday, kFriday));
  book.put(entry("M-2", kThursday, kSunday));
  EXPECT_EQ(book.free_rooms(kDouble, {kTuesday, kThursday}), 1);
  EXPECT_EQ(book.free_rooms(kDouble, {kTuesday, kSunday}), 0);
  EXPECT_EQ(book.free_rooms(kDouble, {kFriday, kSunday}), 1);
}

TEST(Hotel, SellsTheNightOfADepartureAgain) {
  auto book = hotel();
  book.put(entry("M-1", kTuesday, kThursday));
  EXPECT_EQ(book.free_rooms(kDouble, {kThursday, kSunday}), 2);
}

TEST(Hotel, CountsAReservationOnceWhenItIsReplaced) {
  auto book = hotel();
  book.put(entry("M-1", kTuesday, kThursday));
  book.put(entry("M-1", kThursday, kFriday));
  EXPECT_EQ(book.free_rooms(kDouble, {kTuesday, kThursday}), 2);
  EXPECT_EQ(book.free_rooms(kDouble, {kThursday, kFriday}), 1);
}

TEST(Hotel, LeavesOutOneReservationWhenAsked) {
  auto book = hotel();
  const auto mine = entry("M-1", kTuesday, kFriday);
  book.put(mine);
  book.put(entry("M-2", kThursday, kSunday));
  EXPECT_EQ(book.free_rooms(kDouble, {kThursday, kSunday}, &mine), 1);
}

TEST(Hotel, FreesTheNightsOfACancelledReservation) {
  auto book = hotel();
  auto cancelled = entry("M-1", kTuesday, kThursday);
  book.put(cancelled);
  cancelled.reservation.state = "cancelled";
  book.put(cancelled);
  EXPECT_EQ(book.free_rooms(kDouble, {kTuesday, kThursday}), 2);
}

TEST(Hotel, ListsWhatOfAGuestIsNotOverTheSoonestFirst) {
  auto book = hotel();
  book.put(entry("M-1", kFriday, kSunday));
  book.put(entry("M-2", kTuesday, kThursday));
  book.put(entry("M-3", kTuesday, kThursday, "+2"));
  auto cancelled = entry("M-4", kFriday, kSunday);
  cancelled.reservation.state = "cancelled";
  book.put(cancelled);
  EXPECT_EQ(book.of_guest("+1", kThursday),
            (std::vector{entry("M-2", kTuesday, kThursday).reservation,
                         entry("M-1", kFriday, kSunday).reservation}));
  EXPECT_EQ(book.of_guest("+1", kFriday),
            (std::vector{entry("M-1", kFriday, kSunday).reservation}));
}

TEST(Hotel, ListsArrivalsInAWindowWithoutItsLastDay) {
  auto book = hotel();
  book.put(entry("M-1", kFriday, kSunday));
  book.put(entry("M-2", kTuesday, kThursday));
  book.put(entry("M-3", kThursday, kFriday));
  EXPECT_EQ(book.arrivals(kTuesday, kFriday),
            (std::vector{entry("M-2", kTuesday, kThursday).reservation,
                         entry("M-3", kThursday, kFriday).reservation}));
}

TEST(Entry, SurvivesTheStorage) {
  auto whole = entry("M-1", kTuesday, kThursday);
  whole.request = {.reference = "R-M-1",
                   .guest_name = "Ana Pérez",
                   .guest_key = "+1",
                   .room_type = "double",
                   .stay = stay(kTuesday, kThursday),
                   .expected_total = pms::Money{16000, "EUR"},
                   .notes = "late"};
  whole.notes = "later";
  EXPECT_EQ(decode<Entry>(encode(whole)), Result<Entry>(whole));
}

}  // namespace
}  // namespace conserje::mock
