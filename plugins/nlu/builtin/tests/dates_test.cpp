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
         {es, "dentro de una hora y media", "date 2026-11-20T11:30:00"},
         {es, "dentro de un mes y medio", "date 2027-01-04"},
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

// The ways of speaking that hotels hear most, a group each.

TEST(Said, TomorrowInTheMorning) {
  check({{es, "mañana por la mañana", "date 2026-11-21T08:00:00..2026-11-21T12:00:00"},
         {es, "llegamos mañana a la mañana", "date 2026-11-21T08:00:00..2026-11-21T12:00:00"},
         {es, "mañana por la mañana a las 9", "date 2026-11-21T09:00:00"},
         {es, "mañana temprano", "date 2026-11-21T08:00:00..2026-11-21T10:00:00"},
         {en, "tomorrow morning", "date 2026-11-21T08:00:00..2026-11-21T12:00:00"},
         {en, "early tomorrow morning", "date 2026-11-21T08:00:00..2026-11-21T10:00:00"},
         {pt, "amanhã de manhã cedo", "date 2026-11-21T08:00:00..2026-11-21T10:00:00"}});
}

TEST(Said, FromTheThirdToTheFifth) {
  check({{es, "el 3 al 5", "date 2026-12-03..2026-12-05"},
         {es, "del 3 al 5", "date 2026-12-03..2026-12-05"},
         {es, "entre los días 3 y 5 de enero", "date 2027-01-03..2027-01-05"},
         {es, "noviembre 24-26", "date 2026-11-24..2026-11-26"},
         {es, "28/12-3/1", "date 2026-12-28..2027-01-03"},
         {en, "from the 3rd to the 5th", "date 2026-12-03..2026-12-05"},
         {en, "April ninth through seventeenth", "date 2027-04-09..2027-04-17"},
         {en, "in Feb 22 to March 1", "date 2027-02-22..2027-03-01"},
         {en, "on April 1st to 4th", "date 2027-04-01..2027-04-04"},
         {pt, "entre os dias 24 e 26 de dezembro", "date 2026-12-24..2026-12-26"}});
}

TEST(Said, TheNightOfTheTwentyFourth) {
  check(
      {{es, "la noche del 24", "date 2026-11-24T20:00:00..2026-11-25T00:00:00"},
       {es, "la noche del 24 al 25 de diciembre", "date 2026-12-24T20:00:00..2026-12-25T00:00:00"},
       {es, "el sábado noche", "date 2026-11-21T20:00:00..2026-11-22T00:00:00"},
       {en, "Saturday night at 10", "date 2026-11-21T22:00:00"},
       {pt, "a noite do dia 24", "date 2026-11-24T20:00:00..2026-11-25T00:00:00"}});
}

TEST(Said, ThreeNightsFromFriday) {
  check({{es, "3 noches desde el sábado", "date 2026-11-21..2026-11-24"},
         {es, "3 noches a partir del 24", "date 2026-11-24..2026-11-27"},
         {es, "desde el 24 por 3 noches", "date 2026-11-24..2026-11-27"},
         {es, "el 24, 3 noches", "date 2026-11-24..2026-11-27"},
         {en, "from the 24th for 3 nights", "date 2026-11-24..2026-11-27"},
         {pt, "do dia 24 por 3 noites", "date 2026-11-24..2026-11-27"}});
  EXPECT_EQ(summary("3 noches desde el viernes", es, "", "2026-11-18T10:00:00"),
            "date 2026-11-20..2026-11-23");
}

TEST(Said, ALongWeekendHasTheFridayOrTheMonday) {
  check({{es, "este finde largo", "date 2026-11-20..2026-11-23|2026-11-21..2026-11-24"},
         {es, "finde largo", "date 2026-11-20..2026-11-23|2026-11-21..2026-11-24"},
         {es, "el finde largo que viene", "date 2026-11-27..2026-11-30|2026-11-28..2026-12-01"},
         {en, "the long weekend", "date 2026-11-20..2026-11-23|2026-11-21..2026-11-24"},
         {pt, "no feriadão", "date 2026-11-20..2026-11-23|2026-11-21..2026-11-24"}});
}

TEST(Said, HolyWeekAndTheDaysAroundIt) {
  check({{es, "en Semana Santa", "date 2027-03-21..2027-03-29"},
         {es, "semana santa de 2028", "date 2028-04-09..2028-04-17"},
         {es, "el jueves santo", "date 2027-03-25"},
         {en, "Easter Monday", "date 2027-03-29"},
         {en, "over Easter week", "date 2027-03-21..2027-03-29"},
         {pt, "na semana santa", "date 2027-03-21..2027-03-29"}});
}

TEST(Said, AtEightForDinnerIsInTheEvening) {
  check({{es, "queremos cenar a las 8", "time 20:00:00"},
         {es, "mesa para mañana a las 9", "date 2026-11-21T21:00:00"},
         {es, "desayuno a las 8", "time 08:00:00"},
         {es, "almorzar a la 1", "time 13:00:00"},
         {es, "cena de 8 a 10", "time 20:00:00..22:00:00"},
         {en, "dinner tomorrow at 8", "date 2026-11-21T20:00:00"},
         {en, "breakfast from 7 to 9", "time 07:00:00..09:00:00"},
         {pt, "jantar amanhã às 8", "date 2026-11-21T20:00:00"}});
}

TEST(Said, OnTuesdayThatItIsTuesday) {
  const std::string tuesday = "2026-11-24T10:00:00";
  EXPECT_EQ(summary("el martes", es, "", tuesday), "date 2026-11-24|2026-12-01");
  EXPECT_EQ(summary("este martes", es, "", tuesday), "date 2026-11-24");
  EXPECT_EQ(summary("el martes que viene", es, "", tuesday), "date 2026-12-01");
  EXPECT_EQ(summary("el martes pasado", es, "", tuesday), "date 2026-11-17");
  EXPECT_EQ(summary("el martes a las 21:00", es, "", tuesday),
            "date 2026-12-01T21:00:00|2026-11-24T21:00:00");
  EXPECT_EQ(summary("el martes a las 9:00", es, "", "2026-11-24T23:00:00"),
            "date 2026-11-24T09:00:00|2026-11-24T21:00:00|2026-12-01T09:00:00|2026-12-01T21:00:00");
  EXPECT_EQ(summary("on Tuesday", en, "", tuesday), "date 2026-11-24|2026-12-01");
  EXPECT_EQ(summary("na terça", pt, "", tuesday), "date 2026-11-24|2026-12-01");
}

TEST(Dates, WithDotsDashesAndMonthsInLetters) {
  check({{es, "24.12.2026", "date 2026-12-24"},
         {es, "24-dic-2026", "date 2026-12-24"},
         {es, "24-dic-26", "date 2026-12-24"},
         {es, "2026/dic/24", "date 2026-12-24"},
         {es, "el 4.º", "date 2026-12-04"},
         {es, "4/22", "date 2027-04-22"},
         {en, "Dec-24", "date 2026-12-24"},
         {en, "24/Dec/2026", "date 2026-12-24"},
         {en, "February twenty second", "date 2027-02-22"},
         {pt, "6ª feira", "date 2026-11-20|2026-11-27"},
         {pt, "dia primeiro de março", "date 2027-03-01"}});
}

TEST(Dates, InsideAWeekMonthOrYear) {
  check({{es, "la semana que viene el martes", "date 2026-11-24"},
         {es, "el tercer lunes del mes que viene", "date 2026-12-21"},
         {es, "el último día del mes", "date 2026-11-30"},
         {es, "el tercer día de octubre", "date 2027-10-03"},
         {es, "la tercera semana del próximo año", "date 2027-01-18..2027-01-25"},
         {es, "el primer finde de septiembre", "date 2027-09-04..2027-09-06"},
         {en, "next week on Tuesday", "date 2026-11-24"},
         {en, "the last weekend of May", "date 2027-05-29..2027-05-31"},
         {en, "the 15th day of next month", "date 2026-12-15"},
         {en, "week 10", "date 2026-03-02..2026-03-09"},
         {pt, "a última sexta de maio", "date 2027-05-28"},
         {pt, "o último dia do mês", "date 2026-11-30"}});
}

TEST(Dates, PartsOfAWeekMonthOrYear) {
  check({{es, "a principios de diciembre", "date 2026-12-01..2026-12-16"},
         {es, "a mediados de diciembre", "date 2026-12-10..2026-12-21"},
         {es, "a fin de mes", "date 2026-11-16..2026-12-01"},
         {es, "la segunda quincena de abril", "date 2027-04-15..2027-05-01"},
         {es, "el resto de la semana", "date 2026-11-20..2026-11-22"},
         {en, "early next week", "date 2026-11-23..2026-11-26"},
         {en, "later this week", "date 2026-11-20..2026-11-23"},
         {en, "mid-July", "date 2027-07-10..2027-07-21"},
         {pt, "no final da próxima semana", "date 2026-11-26..2026-11-30"},
         {pt, "no começo de dezembro", "date 2026-12-01..2026-12-16"}});
}

TEST(Dates, TheWeekOrWeekendAroundADay) {
  check({{es, "la semana del 18 de diciembre", "date 2026-12-14..2026-12-21"},
         {es, "el finde del 12 de diciembre", "date 2026-12-12..2026-12-14"},
         {en, "the week starting on February 4", "date 2027-02-01..2027-02-08"},
         {en, "Labor Day weekend", "date 2027-09-04..2027-09-07"},
         {pt, "a semana do dia 18", "date 2026-12-14..2026-12-21"}});
}

TEST(Dates, Seasons) {
  check({{es, "en verano", "date 2027-06-21..2027-09-24"},
         {es, "invierno 2027", "date 2027-12-21..2028-03-21"},
         {en, "in the summer", "date 2027-06-21..2027-09-24"},
         {pt, "no verão de 2028", "date 2028-06-21..2028-09-24"}});
}

TEST(Dates, FeastsOnFixedDaysAndWeekdays) {
  check({{es, "todos los santos", "date 2027-11-01"},
         {es, "el día de la hispanidad", "date 2027-10-12"},
         {en, "Thanksgiving", "date 2026-11-26"},
         {en, "Black Friday", "date 2026-11-27"},
         {en, "Father's Day", "date 2027-06-20"},
         {pt, "dia do trabalhador", "date 2027-05-01"}});
}

TEST(Dates, CountedInWorkingDaysAndFromOtherDays) {
  check({{es, "en dos días hábiles", "date 2026-11-24"},
         {es, "dos días después de mañana", "date 2026-11-23"},
         {es, "de hoy en ocho", "date 2026-11-27"},
         {es, "la víspera de año nuevo", "date 2026-12-31"},
         {en, "in four business days", "date 2026-11-26"},
         {en, "a week from Monday", "date 2026-11-30"},
         {en, "two Sundays from now", "date 2026-11-29"},
         {en, "the Friday after next", "date 2026-12-04"},
         {pt, "daqui a dois dias úteis", "date 2026-11-24"}});
}

TEST(Dates, TheNextAndLastOfMany) {
  check({{es, "los próximos 3 días", "date 2026-11-21..2026-11-24"},
         {es, "los 3 próximos días", "date 2026-11-21..2026-11-24"},
         {es, "los 3 días siguientes", "date 2026-11-21..2026-11-24"},
         {es, "las últimas 2 semanas", "date 2026-11-06..2026-11-20"},
         {es, "la última hora", "date 2026-11-20T09:00:00..2026-11-20T10:00:00"},
         {en, "within the next 3 days", "date 2026-11-21..2026-11-24"},
         {en, "within 3 days", "date 2026-11-20..2026-11-23"},
         {en, "the next few hours", "date 2026-11-20T10:00:00..2026-11-20T13:00:00"},
         {en, "the last 3 weeks of this year", "date 2026-12-07..2026-12-28"},
         {es, "los primeros 10 días de mayo", "date 2027-05-01..2027-05-11"},
         {pt, "os dois próximos meses", "date 2026-11-21..2027-01-21"}});
}

TEST(Dates, BeforeAndAfter) {
  check({{es, "después de mayo", "date 2027-06-01.."},
         {es, "desde mayo", "date 2027-05-01.."},
         {es, "antes de navidad", "date ..2026-12-25"},
         {es, "a más tardar el viernes 27", "date ..2026-11-27"},
         {es, "el lunes antes de las 14:00", "date ..2026-11-23T14:00:00"},
         {en, "after mid May", "date 2027-05-21.."},
         {en, "before the end of December", "date ..2027-01-01"},
         {en, "Monday after 3pm", "date 2026-11-23T15:00:00.."},
         {en, "3pm or later", "time 15:00:00.."},
         {pt, "até segunda", "date ..2026-11-23"},
         {pt, "depois do natal", "date 2026-12-25.."}});
}

TEST(Times, CountedFromTheHour) {
  check({{es, "las ocho de la noche menos cuarto", "time 19:45:00"},
         {es, "5 minutos para las ocho de la noche", "time 19:55:00"},
         {es, "las siete treinta de la mañana", "time 07:30:00"},
         {es, "340pm", "time 15:40:00"},
         {es, "las 12 y media del mediodía", "time 12:30:00"},
         {en, "25 to 7 p.m.", "time 18:35:00"},
         {en, "ten past nine in the evening", "time 21:10:00"},
         {en, "9p", "time 21:00:00"},
         {en, "9 to 5pm", "time 09:00:00..17:00:00"},
         {pt, "8pm e meia", "time 20:30:00"},
         {pt, "às quinze para as nove da noite", "time 20:45:00"}});
}

TEST(Times, EarlyAndLateInAPartOfTheDay) {
  check({{es, "a última hora de la tarde", "time 18:00:00..20:00:00"},
         {es, "el lunes más tarde por la mañana", "date 2026-11-23T10:00:00..2026-11-23T12:00:00"},
         {en, "in the early afternoon", "time 12:00:00..14:00:00"},
         {en, "late Saturday night", "date 2026-11-21T22:00:00..2026-11-22T00:00:00"},
         {en, "later today", "date 2026-11-20T12:00:00..2026-11-21T00:00:00"},
         {pt, "logo de manhã", "time 08:00:00..10:00:00"}});
}

TEST(Times, AnOpenHourTakesItsHalfFromTheOtherEnd) {
  check({{es, "de 11 a 3 pm", "time 11:00:00..15:00:00"},
         {es, "entre las 10 y las 11 de la noche del lunes",
          "date 2026-11-23T22:00:00..2026-11-23T23:00:00"},
         {es, "de 1 p. m. a 4", "time 13:00:00..16:00:00"},
         {en, "from 11 to 3am", "time 23:00:00..03:00:00"},
         {en, "from 5 to 6pm today", "date 2026-11-20T17:00:00..2026-11-20T18:00:00"},
         {en, "2:00 - 2:30 pm", "time 14:00:00..14:30:00"},
         {pt, "das 9 às 11 da noite", "time 21:00:00..23:00:00"}});
}

TEST(Times, AnHourWithoutItsHalfIsTheNextOneThatComes) {
  const std::string dawn = "2026-11-20T00:30:00", evening = "2026-11-20T18:00:00";
  EXPECT_EQ(summary("a las 8", es, "", dawn), "time 20:00:00|08:00:00");
  EXPECT_EQ(summary("a las 8", es, "", evening), "time 08:00:00|20:00:00");
  EXPECT_EQ(summary("a las 12", es, "", dawn), "time 00:00:00|12:00:00");
  EXPECT_EQ(summary("a las 3", es, "", dawn), "time 03:00:00|15:00:00");
}

TEST(Durations, OfSeveralUnitsAndParts) {
  check({{es, "tres cuartos de hora", "duration 2700 s"},
         {es, "una semana y media", "duration 907200 s"},
         {es, "unos días", "duration 259200 s"},
         {en, "1 year 1 month 21 days", "duration 35942400 s"},
         {en, "an hour and 30 minutes", "duration 5400 s"},
         {en, "a few days", "duration 259200 s"},
         {pt, "uma hora e meia", "duration 5400 s"}});
}

TEST(Dates, WhatIsNoDateIsNone) {
  check({{es, "de dos a cuatro personas", R"(party_size {"adults":4,"children":0})"},
         {es, "las dos habitaciones", "rooms 2"},
         {es, "el cuarto está sucio", ""},
         {pt, "o quarto está sujo", ""},
         {en, "the sun terrace", "area terrace"},
         {en, "good night", ""},
         {en, "this may take long", ""},
         {en, "the first floor", ""},
         {en, "is it up to date", ""}});
}

TEST(Dates, APieceOfALongerWordIsNone) { check({{es, "https://example.com/x3am3io", ""}}); }

TEST(Dates, WhatIsNoDayIsNone) {
  check({{es, "la habitación 204", ""},
         {es, "el 31/02", "date 2026-12-31"},
         {en, "may I have a room", "rooms 1"},
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
