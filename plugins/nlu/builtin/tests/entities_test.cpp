// Guests, rooms, names and the rest, each row a message and what is found in it.
#include <gtest/gtest.h>

#include "reading.hpp"

namespace conserje::nlu {
namespace {

using testing_support::read;
using testing_support::summary;

struct Row {
  Language language;
  const char* message;
  const char* wanted;
};

void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows)
    EXPECT_EQ(summary(row.message, row.language), row.wanted) << row.message;
}

constexpr auto es = Language::es;
constexpr auto en = Language::en;
constexpr auto pt = Language::pt;

TEST(PartySize, CountsAdultsAndChildren) {
  check({{es, "para 2 personas", R"(party_size {"adults":2,"children":0})"},
         {es, "somos tres", R"(party_size {"adults":3,"children":0})"},
         {es, "2 adultos y 1 niño", R"(party_size {"adults":2,"children":1})"},
         {es, "mi esposa y yo con dos niños", R"(party_size {"adults":2,"children":2})"},
         {es, "mesa para 4", R"(party_size {"adults":4,"children":0})"},
         {es, "solo yo", R"(party_size {"adults":1,"children":0})"},
         {en, "for 2 people", R"(party_size {"adults":2,"children":0})"},
         {en, "just me and my wife", R"(party_size {"adults":2,"children":0})"},
         {en, "two adults and a child", R"(party_size {"adults":2,"children":1})"},
         {en, "a family of four", R"(party_size {"adults":4,"children":0})"},
         {pt, "para 3 pessoas", R"(party_size {"adults":3,"children":0})"},
         {pt, "2 adultos e 2 crianças", R"(party_size {"adults":2,"children":2})"}});
}

TEST(PartySize, CountsWhoIsNamedBesideThem) {
  check({{es, "somos dos adultos y dos niños", R"(party_size {"adults":2,"children":2})"},
         {es, "dos adultos sin niños", R"(party_size {"adults":2,"children":0})"},
         {es, "yo con mi hijo", R"(party_size {"adults":1,"children":1})"},
         {en, "we're two adults with 3 kids", R"(party_size {"adults":2,"children":3})"},
         {en, "9 adults and a small baby", R"(party_size {"adults":9,"children":1})"},
         {en, "two adults, no children", R"(party_size {"adults":2,"children":0})"},
         {en, "our two kids and I", R"(party_size {"adults":1,"children":2})"},
         {en, "a restaurant that seats 8", R"(party_size {"adults":8,"children":0})"},
         {pt, "somos dois adultos e uma criança", R"(party_size {"adults":2,"children":1})"}});
}

TEST(PartySize, IsNotReadFromNightsOrDates) {
  check({{es, "para 2 noches", "nights 2"},
         {en, "for 3 nights", "nights 3"},
         {en, "a reservation for 8 pm", "time 20:00:00"},
         {es, "mesa para las 9", "time 21:00:00"},
         {es, "toallas para mi habitación", ""},
         {pt, "para um quarto duplo", "rooms 1; room_type double"},
         {en, "a room for two days", "rooms 1; duration 172800 s"},
         {es, "para 2 de diciembre", "date 2026-12-02"}});
}

TEST(Rooms, HaveATypeAndANumber) {
  check({{es, "dos habitaciones dobles", "rooms 2; room_type double"},
         {es, "2 dobles", "rooms 2; room_type double"},
         {es, "la individual", "room_type single"},
         {es, "una matrimonial", "rooms 1; room_type double"},
         {es, "dos camas separadas", "room_type twin"},
         {en, "a twin room", "rooms 1; room_type twin"},
         {en, "a quiet room", "rooms 1"},
         {en, "the family room", "room_type family"},
         {en, "two suites", "rooms 2; room_type suite"},
         {pt, "quarto de casal", "room_type double"},
         {pt, "um quarto triplo", "rooms 1; room_type triple"}});
}

TEST(Names, AreReadWhereSomebodySaidThatOneComes) {
  check({{es, "a nombre de Ana Pérez", "person_name Ana Pérez"},
         {es, "a nombre de ana perez por favor", "person_name ana perez"},
         {es, "me llamo María de la Cruz", "person_name María de la Cruz"},
         {es, "soy Ana", "person_name Ana"},
         {es, "soy alérgico", ""},
         {en, "under the name Ann Smith", "person_name Ann Smith"},
         {en, "my name is John O'Brien", "person_name John O'Brien"},
         {en, "I'm tired", ""},
         {pt, "em nome de João da Silva", "person_name João da Silva"}});
}

TEST(Contacts, AreReadByTheirShape) {
  check({{es, "mi mail es ana.perez@example.com.", "email ana.perez@example.com"},
         {es, "tel +54 9 11 5555-0142", "phone +5491155550142"},
         {en, "call (555) 123-4567 89", "phone 555123456789"},
         {en, "room 12", ""}});
}

TEST(Codes, AreReadByTheirShapeOrAnnounced) {
  check({{es, "reserva R-1042", "code R-1042"},
         {es, "cancelar cj-7f3k2a", "code CJ-7F3K2A"},
         {es, "reserva numero 10425", "code 10425"},
         {en, "booking #88123", "code 88123"},
         {en, "check-in", ""}});
}

TEST(Money, HasACurrency) {
  check({{es, "50 euros", R"(money {"amount":50.0,"currency":"EUR"})"},
         {en, "$120", R"(money {"amount":120.0,"currency":"USD"})"},
         {pt, "R$ 250", R"(money {"amount":250.0,"currency":"BRL"})"}});
}

TEST(YesNo, IsReadWhereItAnswers) {
  check({{es, "Sí", "yes_no yes"},
         {es, "si, dale", "yes_no yes; yes_no yes"},
         {es, "no gracias", "yes_no no"},
         {es, "avisame si hay agua", ""},
         {en, "yes please", "yes_no yes"},
         {en, "ok, but it is not ok", "yes_no no"},
         {es, "dije que no, en vez de sí", "yes_no no; yes_no yes"},
         {en, "I have no car here", ""},
         {pt, "não", "yes_no no"}});
}

TEST(Messages, GiveAllTheirEntitiesInOrder) {
  check({{es, "¿Tienen habitación para 2 personas del 10 al 12 de diciembre?",
          R"(party_size {"adults":2,"children":0}; date 2026-12-10..2026-12-12)"},
         {es, "Sí, reservá la doble a nombre de Ana Pérez",
          "yes_no yes; room_type double; person_name Ana Pérez"},
         {en, "Do you have a room for 2 people from 10 to 12 December?",
          R"(rooms 1; party_size {"adults":2,"children":0}; date 2026-12-10..2026-12-12)"},
         {en, "Yes, book the double under the name Ann Smith",
          "yes_no yes; room_type double; person_name Ann Smith"}});
}

TEST(Entities, SayWhereTheyStand) {
  const auto found = read("Sí, mañana", es);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].text, "mañana");
  EXPECT_EQ(found[1].start_byte, 5);
  EXPECT_EQ(found[1].end_byte, 12);
}

struct Answer {
  const char* pending;
  const char* message;
  const char* wanted;
};

TEST(Answers, AreReadAgainstTheQuestion) {
  for (const Answer& row : std::initializer_list<Answer>{
           {"party_size", "2", R"(party_size {"adults":2,"children":0})"},
           {"party_size", "dos", R"(party_size {"adults":2,"children":0})"},
           {"nights", "3", "nights 3"},
           {"party_size", "2 noches", "nights 2"},
           {"dates", "el 24", "date 2026-11-24"},
           {"dates", "24", "date 2026-11-24"},
           {"room_type", "doble", "room_type double"},
           {"guest_name", "Ana Pérez", "person_name Ana Pérez"},
           {"guest_name", "ana perez", "person_name ana perez"},
           {"guest_name", "quiero cancelar", ""},
           {"confirm", "1", "yes_no yes"},
           {"confirm", "2", "yes_no no"},
           {"code", "10425", "code 10425"},
           {"", "2", ""}})
    EXPECT_EQ(summary(row.message, es, row.pending), row.wanted)
        << row.pending << ": " << row.message;
}

}  // namespace
}  // namespace conserje::nlu
