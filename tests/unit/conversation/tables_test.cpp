// The handlers of what is a table: reserving one, and changing its reservation.
#include "conversation/handlers/tables.hpp"

#include <gtest/gtest.h>

#include "conversation/consequence.hpp"
#include "conversation/handlers.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;

constexpr Date kToday = 2026y / 11 / 20;
constexpr Date kSaturday = 2026y / 11 / 21;

pms::TableOffer offer(const std::string& time, const std::string& area = "indoor") {
  return {.date_time = "2026-11-21T" + time,
          .duration_minutes = 120,
          .area = area,
          .name = area == "indoor" ? "Salón" : "Terraza",
          .available = 1};
}

/// Lunch and dinner on Saturday, and what is left.
pms::Tables saturday(std::vector<pms::TableOffer> offers,
                     std::vector<pms::TableOffer> others = {}) {
  return {.offers = std::move(offers),
          .others = std::move(others),
          .services = {{"2026-11-21T13:00", "2026-11-21T15:00"},
                       {"2026-11-21T20:00", "2026-11-21T23:00"}},
          .next_opening = "2026-11-22T13:00"};
}

pms::TablesRequest request(const std::string& time, const std::string& moves = "") {
  return {.stay = {.check_in = "2026-11-21",
                   .check_out = "2026-11-21",
                   .adults = 4,
                   .date_time = time.empty() ? "" : "2026-11-21T" + time},
          .moves = moves};
}

Slots four_at(std::optional<std::chrono::minutes> time) {
  return {.unit = "table", .check_in = kSaturday, .adults = 4, .guest_name = "Ana", .time = time};
}

/// What a test varies of a turn on Friday, 20 November 2026, at ten.
struct Given {
  Slots slots{};
  std::optional<FoundTables> tables{};
  std::string flow = "make_reservation";
  Offering offering{.rooms = false, .tables = true};
};

template <class Handle>
Step step(const Given& given, Handle handle) {
  const Session session{.flow = given.flow, .slots = given.slots};
  const Said said;
  const Pipeline pipeline;
  const Turn turn{.session = session,
                  .said = said,
                  .pipeline = pipeline,
                  .today = kToday,
                  .guest_key = "+34600",
                  .tables = given.tables,
                  .offering = given.offering,
                  .time_of_day = 10h};
  return handle(turn);
}

Step reserve(const Given& given) { return step(given, make_reservation); }

/// The keys of what is said, with what is asked behind an arrow.
std::string said_keys(const Step& step) {
  const auto* said = std::get_if<Say>(&step);
  if (said == nullptr) return "(no Say)";
  std::string out;
  for (const auto& line : said->lines) out += (out.empty() ? "" : " ") + line.key;
  return said->asks.empty() ? out : out + " -> " + said->asks;
}

std::vector<std::string> button_ids(const Step& step) {
  std::vector<std::string> ids;
  if (const auto* said = std::get_if<Say>(&step))
    for (const auto& button : said->buttons) ids.push_back(button.id);
  return ids;
}

TEST(ReserveTable, AsksForWhatIsMissingOneAfterTheOther) {
  EXPECT_EQ(said_keys(reserve({.slots = {.unit = "table"}})), "ask.day -> day");
  EXPECT_EQ(said_keys(reserve({.slots = {.unit = "table", .check_in = kSaturday}})),
            "ask.party_size -> party_size");
}

TEST(ReserveTable, AsksWhichUnitWhereTheHouseHasBoth) {
  const auto asked = reserve({.offering = {.rooms = true, .tables = true}});
  EXPECT_EQ(said_keys(asked), "ask.unit -> unit");
  EXPECT_EQ(button_ids(asked), (std::vector<std::string>{"unit:table", "unit:room"}));
}

TEST(ReserveTable, LetsAHouseWithoutTablesReserveRooms) {
  EXPECT_EQ(said_keys(reserve({.offering = {}})), "ask.dates -> dates");
}

TEST(ReserveTable, LooksUpTheDayBeforeItAsksForTheHour) {
  EXPECT_EQ(reserve({.slots = four_at(std::nullopt)}), Step{Lookup{request("")}});
  EXPECT_EQ(
      said_keys(reserve({.slots = four_at(std::nullopt),
                         .tables = FoundTables{request(""), saturday({}, {offer("20:00")})}})),
      "table.hours ask.hour -> hour");
}

TEST(ReserveTable, PutsWhatIsFreeBeforeTheGuest) {
  const auto proposed = reserve(
      {.slots = four_at(20h), .tables = FoundTables{request("20:00"), saturday({offer("20:00")})}});
  EXPECT_EQ(said_keys(proposed), "table.reservation.summary -> confirm");
  auto stay = request("20:00").stay;
  stay.duration_minutes = 120;
  EXPECT_EQ(std::get<Say>(proposed).proposal, (Proposal{.kind = "create",
                                                        .create = {.guest_name = "Ana",
                                                                   .guest_key = "+34600",
                                                                   .room_type = "indoor",
                                                                   .stay = stay}}));
}

TEST(ReserveTable, AsksForTheAreaWhereThereIsAChoice) {
  const FoundTables both{request("20:00"), saturday({offer("20:00"), offer("20:00", "terrace")})};
  const auto asked = reserve({.slots = four_at(20h), .tables = both});
  EXPECT_EQ(said_keys(asked), "ask.area -> area");
  EXPECT_EQ(button_ids(asked),
            (std::vector<std::string>{"area:indoor", "area:terrace", "area:any"}));
}

TEST(ReserveTable, SaysSoWhenTheWantedAreaIsFull) {
  auto slots = four_at(20h);
  slots.area = "terrace";
  EXPECT_EQ(
      said_keys(reserve(
          {.slots = slots, .tables = FoundTables{request("20:00"), saturday({offer("20:00")})}})),
      "table.not_that_area ask.area -> area");
}

TEST(ReserveTable, ReadsAnHourAsTheOneAtWhichSomebodyServes) {
  auto slots = four_at(2h);
  slots.other_time = 14h;
  EXPECT_EQ(reserve({.slots = slots, .tables = FoundTables{request("02:00"), saturday({})}}),
            Step{Lookup{request("14:00")}});
}

TEST(ReserveTable, OffersTheNearestTimesInTheirOrder) {
  const auto offered = reserve(
      {.slots = four_at(21h),
       .tables = FoundTables{request("21:00"), saturday({}, {offer("22:00"), offer("20:00"),
                                                             offer("22:30"), offer("13:00")})}});
  EXPECT_EQ(said_keys(offered), "table.none_at table.other_times ask.hour -> hour");
  EXPECT_EQ(button_ids(offered),
            (std::vector<std::string>{"hour:20:00", "hour:22:00", "hour:22:30"}));
}

TEST(ReserveTable, NamesTheHoursWhenNobodyServesThen) {
  EXPECT_EQ(
      said_keys(reserve({.slots = four_at(17h),
                         .tables = FoundTables{request("17:00"), saturday({}, {offer("15:00")})}})),
      "table.closed_hour table.other_times ask.hour -> hour");
}

TEST(ReserveTable, NamesTheNextOpeningOfAClosedDay) {
  EXPECT_EQ(said_keys(reserve(
                {.slots = four_at(20h),
                 .tables = FoundTables{request("20:00"), {.next_opening = "2026-11-24T13:00"}}})),
            "table.closed_day table.next_opening ask.day -> day");
}

TEST(ReserveTable, AsksForAnotherDayWhenNoTableIsLeft) {
  EXPECT_EQ(said_keys(reserve(
                {.slots = four_at(20h), .tables = FoundTables{request("20:00"), saturday({})}})),
            "table.none_at table.none_on_day table.next_opening ask.day -> day");
}

TEST(ReserveTable, DoesNotOfferThePast) {
  auto slots = four_at(20h);
  slots.check_in = 2026y / 11 / 19;
  EXPECT_EQ(said_keys(reserve({.slots = slots})), "table.past_day ask.day -> day");
}

TEST(ReserveTable, OffersTheRestOfTheDayForATimeThatIsOver) {
  auto slots = four_at(9h);
  slots.check_in = kToday;
  pms::TablesRequest whole_day{.stay = table_stay(kToday, std::nullopt, 4, 0)};
  pms::Tables left{.services = {{"2026-11-20T09:00", "2026-11-20T13:00"}}};
  for (const auto* time : {"T09:30", "T13:00"}) {
    left.others.push_back(offer("00:00"));
    left.others.back().date_time = std::string("2026-11-20") + time;
  }
  const auto offered = reserve({.slots = slots, .tables = FoundTables{whole_day, left}});
  EXPECT_EQ(said_keys(offered), "table.past_time table.other_times ask.hour -> hour");
  EXPECT_EQ(button_ids(offered), (std::vector<std::string>{"hour:13:00"}));
}

TEST(ReserveTable, TellsWhoOnlyAsksThatThereIsOne) {
  EXPECT_EQ(said_keys(reserve({.slots = four_at(20h),
                               .tables = FoundTables{request("20:00"), saturday({offer("20:00")})},
                               .flow = "check_availability"})),
            "table.available ask.reserve -> reserve");
}

const pms::Reservation kTable{.id = "M-1",
                              .reference = "CJ-1",
                              .state = "confirmed",
                              .guest_name = "Ana",
                              .room_type = "indoor",
                              .room_name = "Salón",
                              .stay = {.check_in = "2026-11-21",
                                       .check_out = "2026-11-21",
                                       .adults = 4,
                                       .date_time = "2026-11-21T20:00",
                                       .duration_minutes = 120}};

Step modify(const Given& given) {
  return step(given, [](const Turn& turn) { return modify_table(turn, kTable); });
}

TEST(ModifyTable, AsksWhatIsToChange) {
  EXPECT_EQ(said_keys(modify({})), "ask.change_table -> change_table");
}

TEST(ModifyTable, CountsItsOwnTableAsFree) {
  EXPECT_EQ(modify({.slots = {.time = 21h}}), Step{Lookup{request("21:00", "M-1")}});
}

TEST(ModifyTable, ProposesAnotherTimeAtTheSamePlace) {
  const FoundTables free{request("21:00", "M-1"),
                         saturday({offer("21:00", "terrace"), offer("21:00")})};
  const auto proposed = modify({.slots = {.time = 21h}, .tables = free});
  EXPECT_EQ(said_keys(proposed), "table.modify.summary -> confirm");
  auto stay = request("21:00").stay;
  stay.duration_minutes = 120;
  EXPECT_EQ(std::get<Say>(proposed).proposal,
            (Proposal{.kind = "modify", .before = kTable, .modify = {.id = "M-1", .stay = stay}}));
}

TEST(ModifyTable, ProposesAnotherNameWithoutALook) {
  const auto proposed = modify({.slots = {.guest_name = "Luis"}});
  EXPECT_EQ(
      std::get<Say>(proposed).proposal,
      (Proposal{
          .kind = "modify", .before = kTable, .modify = {.id = "M-1", .guest_name = "Luis"}}));
}

TEST(ATable, IsToldToTheSinksWithItsTime) {
  Pipeline pipeline;
  pipeline.hotel.name = "La Parra";
  const auto consequence =
      after_create({.reference = "CJ-1", .room_type = "indoor", .stay = kTable.stay},
                   pms::ReservationAnswer{.outcome = "done", .reservation = kTable}, pipeline);
  EXPECT_EQ(consequence.say.lines.at(0).key, "table.reservation.created");
  EXPECT_EQ(consequence.events,
            (std::vector<EventDraft>{{.type = "reservation.created",
                                      .data = {{"reservation_id", "CJ-1"},
                                               {"pms_id", "M-1"},
                                               {"date_time", "2026-11-21T20:00"},
                                               {"party_size", 4},
                                               {"status", "confirmed"},
                                               {"restaurant", "La Parra"},
                                               {"area", "indoor"},
                                               {"duration_minutes", 120}}}}));
}

TEST(ATable, ThatSomebodyJustTookLeavesTheHourOpen) {
  const auto consequence =
      after_create({.reference = "CJ-1", .room_type = "indoor", .stay = kTable.stay},
                   pms::ReservationAnswer{.outcome = "no_availability"}, Pipeline());
  EXPECT_EQ(said_keys(consequence.say), "table.reservation.no_availability -> hour");
  EXPECT_TRUE(consequence.sold_out);
}

}  // namespace
}  // namespace conserje
