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
            (Slots{.unit = "room",
                   .nights = 3,
                   .adults = 2,
                   .children = 1,
                   .room_type = "double",
                   .guest_name = "Ana Pérez"}));
}

TEST(Understood, TakesATimeOfDay) {
  EXPECT_EQ(slots_of({entity("time", {{"kind", "time"}, {"start", "14:30:00"}})}),
            (Slots{.time = std::chrono::minutes(14 * 60 + 30)}));
  EXPECT_EQ(slots_of({entity("time", {{"kind", "range"}, {"end", "13:00:00"}})}),
            (Slots{.time = std::chrono::minutes(13 * 60)}));
  EXPECT_EQ(slots_of({entity("date", {{"kind", "datetime"}, {"start", "2026-12-10T20:00:00"}})}),
            (Slots{.check_in = day(12, 10), .time = std::chrono::minutes(20 * 60)}));
  EXPECT_EQ(slots_of({entity("time", {{"kind", "time"}, {"start", "25:00:00"}}),
                      entity("time", {{"kind", "time"}, {"start", "soon"}})}),
            Slots{});
}

TEST(Understood, KeepsBothReadingsOfAnHour) {
  const Json eight = {{"kind", "time"},
                      {"start", "20:00:00"},
                      {"alternatives", {{{"start", "08:00:00"}}, {{"start", "20:00:00"}}}}};
  nlu::ParseReply reply;
  reply.entities = {{.type = "time", .value = eight}};
  const Said said = understood(reply);
  EXPECT_EQ(said.slots.time, std::chrono::minutes(20 * 60));
  EXPECT_EQ(said.slots.other_time, std::chrono::minutes(8 * 60));
}

TEST(Understood, HearsAnAreaAndThatItIsOfATable) {
  nlu::ParseReply reply;
  reply.entities = {{.type = "area", .value = "terrace"}};
  const Said said = understood(reply);
  EXPECT_EQ(said.slots, (Slots{.unit = "table", .area = "terrace"}));
  EXPECT_FALSE(said.names_slots);  // Not where there are no tables.
}

TEST(UnderstoodRequest, TakesWhatItNamesOfATable) {
  const auto heard = understood_request({.intent = "make_reservation",
                                         .arguments = {{"date", "2026-11-21"},
                                                       {"time", "20:30"},
                                                       {"adults", 4},
                                                       {"area", "terrace"},
                                                       {"notes", "una trona"}}});
  EXPECT_EQ(heard.said.slots, (Slots{.unit = "table",
                                     .check_in = Date(std::chrono::year(2026),
                                                      std::chrono::month(11), std::chrono::day(21)),
                                     .adults = 4,
                                     .time = std::chrono::minutes(20 * 60 + 30),
                                     .area = "terrace",
                                     .notes = "una trona"}));
}

TEST(Understood, KeepsTheNextLikelyReading) {
  const auto said = understood({.intent = {"cancel_reservation", 0.5},
                                .ranking = {{"cancel_reservation", 0.5}, {"human", 0.3}}});
  EXPECT_EQ(said.rival, "human");
  EXPECT_EQ(said.rival_confidence, 0.3);
}

TEST(Understood, PutsWhatIsToBeDoneBeforeWhatIsToBeTold) {
  const Said said =
      understood({.language = "es",
                  .intent = {"hotel_info", 0.9},
                  .ranking = {{"hotel_info", 0.9}, {"cancel_reservation", 0.8}},
                  .topic = "breakfast",
                  .also = {{"cancel_reservation", 0.8, ""}, {"hotel_info", 0.7, "wifi"}}});
  EXPECT_EQ(said, (Said{.intent = "cancel_reservation",
                        .confidence = 0.8,
                        .questions = {"breakfast", "wifi"}}));
}

TEST(Understood, TakesASecondTopicForAQuestionBesides) {
  const Said said = understood({.language = "es",
                                .intent = {"hotel_info", 0.9},
                                .ranking = {{"hotel_info", 0.9}},
                                .topic = "check_in",
                                .also = {{"hotel_info", 0.7, "parking"}}});
  EXPECT_EQ(said, (Said{.intent = "hotel_info",
                        .confidence = 0.9,
                        .topic = "check_in",
                        .questions = {"parking"}}));
}

TEST(Understood, KeepsWhatElseIsToBeDone) {
  const Said said = understood({.language = "es",
                                .intent = {"cancel_reservation", 0.9},
                                .ranking = {{"cancel_reservation", 0.9}},
                                .also = {{"make_reservation", 0.8, ""},
                                         {"late_checkout", 0.3, ""},
                                         {"make_reservation", 0.7, ""}}});
  EXPECT_EQ(
      said,
      (Said{.intent = "cancel_reservation", .confidence = 0.9, .further = {"make_reservation"}}));
}

TEST(Understood, LeavesOutWhatMakesNoSense) {
  EXPECT_EQ(slots_of({range("2026-12-12", "2026-12-10"), range("2026-12-12", "2027-12-12"),
                      entity("party_size", {{"adults", 31}}), entity("nights", 0),
                      entity("nights", 1.5), entity("date", "soon"), entity("room_type", 7)}),
            Slots{});
}

HeardRequest heard(Json arguments) {
  return understood_request({.intent = "make_reservation", .arguments = std::move(arguments)});
}
Said reserve(Slots slots) {
  return {.intent = "make_reservation",
          .confidence = 1,
          .slots = std::move(slots),
          .names_slots = true};
}

TEST(UnderstoodRequest, TakesArgumentsByTheNamesOfTheSlots) {
  EXPECT_EQ(heard({{"arrival", "2026-12-10"},
                   {"departure", "2026-12-12T11:00:00"},
                   {"adults", 2},
                   {"children", "1"},
                   {"name", "Ana Pérez"},
                   {"code", "CJ-7"}}),
            (HeardRequest{.said = reserve({.check_in = day(12, 10),
                                           .check_out = day(12, 12),
                                           .adults = 2,
                                           .children = 1,
                                           .guest_name = "Ana Pérez",
                                           .code = "CJ-7"})}));
}

TEST(UnderstoodRequest, LeavesWordsToTheNlu) {
  EXPECT_EQ(heard({{"arrival", "el viernes"},
                   {"departure", "el domingo"},
                   {"nights", "dos"},
                   {"adults", "una pareja"},
                   {"room_type", "doble"}}),
            (HeardRequest{.said = reserve({.room_type = "doble"}),
                          .words = {{"arrival", "el viernes", "dates"},
                                    {"departure", "el domingo", "dates"},
                                    {"nights", "dos", "nights"},
                                    {"adults", "una pareja", "party_size"},
                                    {"room_type", "doble", "room_type"}}}));
}

TEST(UnderstoodRequest, LeavesOutWhatMakesNoSense) {
  EXPECT_EQ(heard({{"arrival", 7},
                   {"nights", "0"},
                   {"adults", 31},
                   {"children", -1},
                   {"name", Json::array()},
                   {"pet", "dog"}}),
            (HeardRequest{.said = {.intent = "make_reservation", .confidence = 1}}));
  EXPECT_EQ(heard({{"arrival", "2026-12-12"}, {"departure", "2026-12-10"}}).said.slots,
            (Slots{.check_in = day(12, 12)}));
}

TEST(UnderstoodRequest, NeedsNoArguments) {
  EXPECT_EQ(understood_request({.intent = "hotel_info"}),
            (HeardRequest{.said = {.intent = "hotel_info", .confidence = 1}}));
}

TEST(WithWords, TakesWhatTheNluMadeOfThem) {
  const Slots arrived{.check_in = day(12, 10)};
  const auto with = [](Slots slots, std::string slot, nlu::Entity found) {
    return with_words(std::move(slots), {.slot = std::move(slot)},
                      {.entities = {std::move(found)}});
  };
  EXPECT_EQ(with({}, "arrival", date("2026-12-10")), arrived);
  EXPECT_EQ(with({}, "arrival", range("2026-12-10", "2026-12-12")),
            (Slots{.check_in = day(12, 10), .check_out = day(12, 12)}));
  EXPECT_EQ(with(arrived, "departure", date("2026-12-13")),
            (Slots{.check_in = day(12, 10), .check_out = day(12, 13)}));
  EXPECT_EQ(with(arrived, "departure", date("2026-12-09")), arrived);
  EXPECT_EQ(with({}, "nights", entity("nights", 2)), Slots{.nights = 2});
  EXPECT_EQ(with({}, "adults", entity("party_size", {{"adults", 2}, {"children", 1}})),
            (Slots{.adults = 2, .children = 1}));
  EXPECT_EQ(with({.room_type = "doble"}, "room_type", entity("room_type", "double")),
            Slots{.room_type = "double"});
  EXPECT_EQ(with({.room_type = "STD-Q"}, "room_type", entity("nights", 2)),
            Slots{.room_type = "STD-Q"});
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
