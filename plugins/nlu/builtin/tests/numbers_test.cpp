#include "numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "reading.hpp"

namespace conserje::nlu {
namespace {

/// The longest number at the beginning of the text; -1: none.
double number(const char* message, Language language) {
  const Text text = read_text(message);
  const Chart chart = read_chart(text, language, testing_support::grammars());
  double value = -1;
  std::size_t longest = 0;
  for (const Item& item : chart.items())
    if (item.category == Category::number && item.begin == 0 && item.end > longest) {
      longest = item.end;
      value = item.meaning.number;
    }
  return value;
}

struct Row {
  Language language;
  const char* text;
  double wanted;
};

TEST(Numbers, InWordsAndFigures) {
  for (const Row& row : std::initializer_list<Row>{
           {Language::es, "treinta y cinco", 35},
           {Language::es, "doscientos cuarenta y dos mil trescientos once", 242311},
           {Language::es, "mil", 1000},
           {Language::es, "dos millones", 2e6},
           {Language::es, "1.234.567", 1234567},
           {Language::es, "3,5", 3.5},
           {Language::en, "twenty-five", 25},
           {Language::en, "two hundred and six", 206},
           {Language::en, "three thousand four hundred", 3400},
           {Language::en, "1,234.5", 1234.5},
           {Language::en, "a dozen", 12},
           {Language::pt, "vinte e um", 21},
           {Language::pt, "cento e vinte e três", 123},
           {Language::pt, "dois mil e quinhentos", 2500},
           {Language::es, "treintaicinco", 35},
           {Language::es, "cuarentaiún mil", 41000},
           {Language::es, "dos centenares", 200},
           {Language::es, "medio millón", 5e5},
           {Language::es, "tres cuartos de millón", 7.5e5},
           {Language::es, "dos millones con tres cuartos", 2.75e6},
           {Language::es, "dos terceras partes", 2.0 / 3},
           {Language::es, "la quinta parte", 0.2},
           {Language::es, "cinco centésimas", 0.05},
           {Language::es, "tres coma uno cuatro", 3.14},
           {Language::en, "a hundred and one", 101},
           {Language::en, "a hundred thousand", 1e5},
           {Language::en, "a quarter of a million", 2.5e5},
           {Language::en, "three quarters of a million", 7.5e5},
           {Language::en, "a couple of dozen", 24},
           {Language::en, "one sixty-fourth", 1.0 / 64},
           {Language::pt, "meio milhão", 5e5},
           {Language::pt, "três quartos de milhão", 7.5e5},
           {Language::pt, "a quinta parte", 0.2},
           {Language::pt, "três vírgula um quatro", 3.14}})
    EXPECT_DOUBLE_EQ(number(row.text, row.language), row.wanted) << row.text;
}

struct ReadAs {
  Category category;
  Language language;
  const char* text;
  double wanted;
};

/// The longest number or ordinal at the beginning of the text; NaN: none.
double read_as(const ReadAs& row) {
  const Text text = read_text(row.text);
  const Chart chart = read_chart(text, row.language, testing_support::grammars());
  double value = std::nan("");
  std::size_t longest = 0;
  for (const Item& item : chart.items())
    if (item.category == row.category && item.begin == 0 && item.end > longest) {
      longest = item.end;
      value = item.meaning.number;
    }
  return value;
}

void check(std::initializer_list<ReadAs> rows) {
  for (const ReadAs& row : rows) EXPECT_DOUBLE_EQ(read_as(row), row.wanted) << row.text;
}

constexpr auto number_is = Category::number;
constexpr auto ordinal_is = Category::ordinal;
constexpr auto es = Language::es;
constexpr auto en = Language::en;
constexpr auto pt = Language::pt;

TEST(Numbers, Fractions) {
  check({{number_is, es, "tres cuartos", 0.75},
         {number_is, es, "dos y medio", 2.5},
         {number_is, es, "dos millones y medio", 2.5e6},
         {number_is, es, "2 1/4", 2.25},
         {number_is, es, "½", 0.5},
         {number_is, en, "two thirds", 2.0 / 3},
         {number_is, en, "a hundred and two fifths", 100.4},
         {number_is, en, "half a million", 5e5},
         {number_is, en, "one over three", 1.0 / 3},
         {number_is, pt, "dois onze avos", 2.0 / 11},
         {number_is, pt, "um e meio", 1.5}});
}

TEST(Numbers, DecimalsPowersAndSigns) {
  check({{number_is, es, "dos coma cero cinco", 2.05},
         {number_is, es, "1.234.567,5", 1234567.5},
         {number_is, es, ",5", 0.5},
         {number_is, es, "-5", -5},
         {number_is, en, "three point one four", 3.14},
         {number_is, en, "1e3", 1000},
         {number_is, en, "2^-1", 0.5},
         {number_is, en, "2.5k", 2500},
         {number_is, en, "12,34,567", 1234567},
         {number_is, en, "1 234 567", 1234567},
         {number_is, pt, "dois vírgula cinco", 2.5}});
}

TEST(Numbers, LargeOnesAndDozens) {
  check({{number_is, es, "tres mil millones", 3e9},
         {number_is, es, "cuatro docenas", 48},
         {number_is, es, "un billón", 1e12},
         {number_is, en, "3 hundred and 21", 321},
         {number_is, en, "3 dozen", 36},
         {number_is, en, "two lakh", 2e5},
         {number_is, pt, "três milhões e quarenta e sete", 3000047}});
}

TEST(Numbers, Ordinals) {
  check({{ordinal_is, es, "vigésimo primero", 21},
         {ordinal_is, es, "cuatrocientos cincuenta y dos milésimo", 452000},
         {ordinal_is, es, "5ª", 5},
         {ordinal_is, es, "último", -1},
         {ordinal_is, en, "one hundred twenty fifth", 125},
         {ordinal_is, en, "two hundredth", 200},
         {ordinal_is, en, "21st", 21},
         {ordinal_is, pt, "décimo primeiro", 11}});
}

TEST(Numbers, DoNotRunTogether) {
  EXPECT_DOUBLE_EQ(number("dos y tres", Language::es), 2);
  EXPECT_DOUBLE_EQ(number("one two", Language::en), 1);
}

}  // namespace
}  // namespace conserje::nlu
