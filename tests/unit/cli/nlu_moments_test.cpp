#include "cli/nlu_moments.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

constexpr const char* kFriday = "2026-11-20T10:00:00";

Json interval(const char* grain, const char* start, const char* end) {
  return {{"ref", kFriday}, {"kind", "interval"}, {"grain", grain}, {"start", start}, {"end", end}};
}
Json value(const char* grain, const char* start) {
  return {{"ref", kFriday}, {"kind", "value"}, {"grain", grain}, {"start", start}};
}
Json range(const char* grain, const char* start, const char* end) {
  return {{"kind", "range"}, {"grain", grain}, {"start", start}, {"end", end}};
}
bool agrees(const Json& found, const Json& row, Precision precision = Precision::at_grain) {
  return conserje::agrees({.type = "date", .value = found}, row, precision);
}

TEST(NluMoments, ComparesBeginningAndEndAtTheGrain) {
  const Json december = interval("month", "2026-12-01T00:00:00", "2027-01-01T00:00:00");
  EXPECT_TRUE(agrees(range("month", "2026-12-01", "2027-01-01"), december));
  EXPECT_FALSE(agrees(range("month", "2026-12-01", "2026-12-31"), december));
  EXPECT_FALSE(agrees(range("month", "2026-11-01", "2027-01-01"), december));
}

TEST(NluMoments, ComparesAWeekByItsMonday) {
  const Json week = value("week", "2026-11-23T00:00:00");
  EXPECT_TRUE(agrees(range("week", "2026-11-24", "2026-12-01"), week));
  EXPECT_FALSE(agrees(range("week", "2026-11-22", "2026-11-29"), week));
}

TEST(NluMoments, TakesADayThatEndsAStayAsItWasSaid) {
  const Json stay = interval("day", "2026-12-10T00:00:00", "2026-12-13T00:00:00");
  EXPECT_TRUE(agrees(range("day", "2026-12-10", "2026-12-12"), stay));
  EXPECT_TRUE(agrees(range("day", "2026-12-10", "2026-12-13"), stay));
  EXPECT_FALSE(agrees(range("day", "2026-12-10", "2026-12-14"), stay));
  EXPECT_FALSE(agrees(range("weekend", "2026-12-10", "2026-12-12"), stay));
}

TEST(NluMoments, TakesABareTimeForItsNextOccurrence) {
  const Json early{{"kind", "time"}, {"grain", "hour"}, {"start", "09:00:00"}};
  EXPECT_TRUE(agrees(early, value("hour", "2026-11-21T09:00:00")));
  EXPECT_FALSE(agrees(early, value("hour", "2026-11-20T09:00:00")));
  const Json past_midnight = range("hour", "22:00:00", "02:00:00");
  EXPECT_TRUE(
      agrees(past_midnight, interval("hour", "2026-11-20T22:00:00", "2026-11-21T02:00:00")));
}

TEST(NluMoments, LeavesTheHoursOfAPartOfTheDayToEachTable) {
  const Json tomorrow = range("part", "2026-11-21T20:00:00", "2026-11-22T00:00:00");
  const Json evening = interval("hour", "2026-11-21T18:00:00", "2026-11-22T00:00:00");
  const Json morning = interval("hour", "2026-11-21T04:00:00", "2026-11-21T12:00:00");
  EXPECT_FALSE(agrees(tomorrow, evening));
  EXPECT_TRUE(agrees(tomorrow, evening, Precision::by_day));
  EXPECT_FALSE(agrees(tomorrow, morning, Precision::by_day));
}

TEST(NluMoments, LeavesTheEveningOfAWeekendToEachTable) {
  const Json ours = range("weekend", "2026-11-21", "2026-11-23");
  EXPECT_TRUE(agrees(ours, interval("hour", "2026-11-20T18:00:00", "2026-11-23T00:00:00"),
                     Precision::by_day));
  EXPECT_FALSE(agrees(ours, interval("hour", "2026-11-27T18:00:00", "2026-11-30T00:00:00"),
                      Precision::by_day));
}

TEST(NluMoments, SpellsWhatIsWantedAndFoundAlike) {
  EXPECT_EQ(wanted_moment(Json::parse(R"({"type": "daterange", "values": [
                {"start": "2025-12-10", "end": "2025-12-12"},
                {"start": "2026-12-10 20:00:00", "end": "2026-12-10 23:59:59"}]})")),
            "from 2026-12-10T20:00:00 to 2026-12-11T00:00:00");
  EXPECT_EQ(found_moment({.type = "date", .value = range("day", "2026-12-10", "2026-12-12")}),
            "from 2026-12-10 to 2026-12-12");
  EXPECT_EQ(found_moment({.type = "nights", .value = 3}), "lasts 259200");
}

}  // namespace
}  // namespace conserje
