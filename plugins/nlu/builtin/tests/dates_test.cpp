// Dates and times by group, each row a phrase and its value for somebody who says it on Friday,
// 2026-11-20 at 10:00.
#include <gtest/gtest.h>

#include "reading.hpp"

namespace conserje::nlu {
namespace {

using testing_support::summary;

struct Row {
  Language language;
  const char* phrase;
  const char* wanted;
};

void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows)
    EXPECT_EQ(summary(row.phrase, row.language), row.wanted) << row.phrase;
}

constexpr auto es = Language::es;
constexpr auto en = Language::en;
constexpr auto pt = Language::pt;

TEST(Dates, DayAndMonth) {
  check({{es, "el 10 de diciembre", "date 2026-12-10"},
         {es, "10 dic", "date 2026-12-10"},
         {es, "el diez de enero", "date 2027-01-10"},
         {es, "1ro de marzo", "date 2027-03-01"},
         {es, "5 de mayo de 2028", "date 2028-05-05"},
         {en, "December 10", "date 2026-12-10"},
         {en, "10th of Dec", "date 2026-12-10"},
         {en, "the 3rd of February", "date 2027-02-03"},
         {en, "Jan 5th, 2028", "date 2028-01-05"},
         {pt, "10 de dezembro", "date 2026-12-10"},
         {pt, "dia 5 de março", "date 2027-03-05"}});
}

TEST(Dates, InFigures) {
  check({{es, "10/12", "date 2026-12-10"},
         {es, "03/04/2027", "date 2027-04-03"},
         {es, "3-4-27", "date 2027-04-03"},
         {es, "2026-12-10", "date 2026-12-10"},
         {en, "12/10", "date 2026-12-10"},
         {en, "25/12", "date 2026-12-25"},
         {en, "4/3/2027", "date 2027-04-03"},
         {pt, "10/12/2026", "date 2026-12-10"}});
}

TEST(Dates, NearDays) {
  check({{es, "hoy", "date 2026-11-20"},
         {es, "mañana", "date 2026-11-21"},
         {es, "manana", "date 2026-11-21"},
         {es, "pasado mañana", "date 2026-11-22"},
         {en, "tomorrow", "date 2026-11-21"},
         {en, "the day after tomorrow", "date 2026-11-22"},
         {en, "tmrw", "date 2026-11-21"},
         {pt, "amanhã", "date 2026-11-21"},
         {pt, "depois de amanhã", "date 2026-11-22"}});
}

TEST(Dates, Weekdays) {
  check({{es, "el lunes", "date 2026-11-23"},
         {es, "el próximo lunes", "date 2026-11-23"},
         {es, "el lunes que viene", "date 2026-11-23"},
         {es, "el lunes de la semana que viene", "date 2026-11-23"},
         {es, "el jueves", "date 2026-11-26"},
         {en, "on Monday", "date 2026-11-23"},
         {en, "this Sunday", "date 2026-11-22"},
         {en, "next Sunday", "date 2026-11-22|2026-11-29"},
         {pt, "segunda-feira", "date 2026-11-23"},
         {pt, "na quinta", "date 2026-11-26"}});
}

TEST(Dates, AWeekdaySaidOnItselfIsTheNextOneAndMayBeToday) {
  check({{es, "el viernes", "date 2026-11-20|2026-11-27"},
         {en, "Friday", "date 2026-11-20|2026-11-27"},
         {pt, "sexta", "date 2026-11-20|2026-11-27"}});
}

TEST(Dates, OnlyADayIsItsNextOccurrence) {
  check({{es, "para el 24", "date 2026-11-24"},
         {es, "el 3", "date 2026-12-03"},
         {es, "el 31", "date 2026-12-31"},
         {es, "el 10 del mes que viene", "date 2026-12-10"},
         {en, "the 24th", "date 2026-11-24"},
         {pt, "dia 24", "date 2026-11-24"}});
}

TEST(Dates, WeeksMonthsWeekends) {
  check({{es, "la semana que viene", "date 2026-11-23..2026-11-30"},
         {es, "este finde", "date 2026-11-21..2026-11-23"},
         {es, "el próximo fin de semana", "date 2026-11-28..2026-11-30"},
         {es, "en febrero", "date 2027-02-01..2027-03-01"},
         {es, "el mes que viene", "date 2026-12-01..2027-01-01"},
         {en, "next week", "date 2026-11-23..2026-11-30"},
         {en, "this weekend", "date 2026-11-21..2026-11-23"},
         {en, "in February", "date 2027-02-01..2027-03-01"},
         {pt, "próxima semana", "date 2026-11-23..2026-11-30"},
         {pt, "neste fim de semana", "date 2026-11-21..2026-11-23"}});
}

TEST(Dates, Holidays) {
  check({{es, "navidad", "date 2026-12-25"},
         {es, "nochevieja", "date 2026-12-31"},
         {es, "semana santa", "date 2027-03-21..2027-03-29"},
         {es, "pascua", "date 2027-03-28"},
         {en, "New Year's Eve", "date 2026-12-31"},
         {en, "Good Friday", "date 2027-03-26"},
         {pt, "carnaval", "date 2027-02-06..2027-02-10"},
         {pt, "natal", "date 2026-12-25"}});
}

TEST(Dates, CountedFromNow) {
  check({{es, "en 3 días", "date 2026-11-23"},
         {es, "dentro de dos semanas", "date 2026-12-04"},
         {es, "en 2 horas", "date 2026-11-20T12:00:00"},
         {es, "hace una semana", "date 2026-11-13"},
         {en, "in 10 days", "date 2026-11-30"},
         {en, "two weeks from now", "date 2026-12-04"},
         {pt, "daqui a 3 dias", "date 2026-11-23"}});
}

TEST(Dates, CountedFromAnotherDay) {
  check({{es, "dos días después de navidad", "date 2026-12-27"},
         {es, "el día antes de nochebuena", "date 2026-12-23"},
         {en, "the day after Christmas", "date 2026-12-26"},
         {en, "two weeks before Christmas", "date 2026-12-11"},
         {pt, "véspera de natal", "date 2026-12-24"}});
}

TEST(Dates, Ranges) {
  check({{es, "del 10 al 12 de diciembre", "date 2026-12-10..2026-12-12"},
         {es, "10 al 12 de dic", "date 2026-12-10..2026-12-12"},
         {es, "del 28 al 3 de enero", "date 2026-12-28..2027-01-03"},
         {es, "del 28 de diciembre al 3 de enero", "date 2026-12-28..2027-01-03"},
         {es, "entre el 5 y el 8 de abril", "date 2027-04-05..2027-04-08"},
         {es, "del 24 al 26", "date 2026-11-24..2026-11-26"},
         {es, "del 10/12 al 15/12", "date 2026-12-10..2026-12-15"},
         {es, "del lunes al miércoles", "date 2026-11-23..2026-11-25"},
         {es, "desde mañana hasta el domingo", "date 2026-11-21..2026-11-22"},
         {en, "from 10 to 12 December", "date 2026-12-10..2026-12-12"},
         {en, "10th to 12th of Dec", "date 2026-12-10..2026-12-12"},
         {en, "December 10 to 12", "date 2026-12-10..2026-12-12"},
         {en, "from Monday to Wednesday", "date 2026-11-23..2026-11-25"},
         {en, "Dec 28 - Jan 3", "date 2026-12-28..2027-01-03"},
         {pt, "de 10 a 12 de dezembro", "date 2026-12-10..2026-12-12"},
         {pt, "do dia 10 ao dia 12 de dezembro", "date 2026-12-10..2026-12-12"}});
}

TEST(Dates, NightsFromADay) {
  check({{es, "3 noches desde el lunes", "date 2026-11-23..2026-11-26"},
         {es, "el 24 por 2 noches", "date 2026-11-24..2026-11-26"},
         {en, "3 nights from Monday", "date 2026-11-23..2026-11-26"},
         {en, "the 24th for 2 nights", "date 2026-11-24..2026-11-26"},
         {pt, "3 noites a partir de segunda", "date 2026-11-23..2026-11-26"}});
}

TEST(Times, OfTheClock) {
  check({{es, "a las 20:00", "time 20:00:00"},
         {es, "a las 8 de la noche", "time 20:00:00"},
         {es, "a las ocho menos cuarto de la mañana", "time 07:45:00"},
         {es, "a las 9 y media de la noche", "time 21:30:00"},
         {es, "20 hs", "time 20:00:00"},
         {es, "al mediodía", "time 12:00:00"},
         {en, "at 8pm", "time 20:00:00"},
         {en, "half past seven in the evening", "time 19:30:00"},
         {en, "7:45 a.m.", "time 07:45:00"},
         {en, "20:15:30", "time 20:15:30"},
         {en, "12 am", "time 00:00:00"},
         {en, "12 pm", "time 12:00:00"},
         {pt, "às 20h", "time 20:00:00"},
         {pt, "às 8 da noite", "time 20:00:00"},
         {pt, "20h30", "time 20:30:00"}});
}

TEST(Times, WithoutAHalfOfTheDayHaveTwoReadings) {
  check({{es, "a las 8", "time 08:00:00|20:00:00"},
         {en, "at 8", "time 08:00:00|20:00:00"},
         {pt, "às 8", "time 08:00:00|20:00:00"}});
}

TEST(Times, OnADay) {
  check({{es, "mañana a las 20:00", "date 2026-11-21T20:00:00"},
         {es, "mañana a las 8 de la noche", "date 2026-11-21T20:00:00"},
         {es, "esta noche a las 9", "date 2026-11-20T21:00:00"},
         {es, "el 24 a las 21 hs", "date 2026-11-24T21:00:00"},
         {en, "tomorrow at 8pm", "date 2026-11-21T20:00:00"},
         {en, "tonight at 9", "date 2026-11-20T21:00:00"},
         {pt, "amanhã às 20h", "date 2026-11-21T20:00:00"}});
}

TEST(Times, PartsOfADay) {
  check({{es, "mañana por la mañana", "date 2026-11-21T08:00:00..2026-11-21T12:00:00"},
         {es, "la noche del 24", "date 2026-11-24T20:00:00..2026-11-25T00:00:00"},
         {es, "esta noche", "date 2026-11-20T20:00:00..2026-11-21T00:00:00"},
         {en, "tomorrow evening", "date 2026-11-21T16:00:00..2026-11-21T20:00:00"},
         {en, "tonight", "date 2026-11-20T20:00:00..2026-11-21T00:00:00"},
         {pt, "amanhã de manhã", "date 2026-11-21T08:00:00..2026-11-21T12:00:00"}});
}

TEST(Times, Ranges) {
  check({{es, "de 20 a 22 hs", "time 20:00:00..22:00:00"},
         {es, "de 8 a 10 de la noche", "time 20:00:00..22:00:00"},
         {en, "from 8 to 10 pm", "time 20:00:00..22:00:00"},
         {en, "6 to 8pm", "time 18:00:00..20:00:00"},
         {en, "tomorrow from 8pm for 2 hours", "date 2026-11-21T20:00:00..2026-11-21T22:00:00"},
         {es, "mañana de 20:00 a 22:00", "date 2026-11-21T20:00:00..2026-11-21T22:00:00"}});
}

TEST(Durations, AreSeconds) {
  check({{es, "dos horas y media", "duration 9000 s"},
         {es, "una semana", "duration 604800 s"},
         {es, "media hora", "duration 1800 s"},
         {en, "an hour and a half", "duration 5400 s"},
         {en, "two weeks", "duration 1209600 s"},
         {pt, "duas horas e meia", "duration 9000 s"}});
}

TEST(Dates, WhatIsNoDateIsNone) {
  check({{es, "la habitación 204", ""},
         {es, "el 31/02", "date 2026-12-31"},
         {en, "may I have a room", ""},
         {en, "we march on", ""}});
}

TEST(Dates, LeapDaysComeInLeapYears) { check({{es, "29 de febrero", "date 2028-02-29"}}); }

TEST(LocalTime, ReadsIsoAndRefusesTheRest) {
  EXPECT_TRUE(read_local_time("2026-11-20T10:00:00"));
  EXPECT_TRUE(read_local_time("2026-11-20"));
  for (const char* wrong : {"", "2026-13-01", "2026-02-30T10:00:00", "20-11-2026",
                            "2026-11-20T25:00:00", "2026-11-20 10:00:00"})
    EXPECT_FALSE(read_local_time(wrong)) << wrong;
}

}  // namespace
}  // namespace conserje::nlu
