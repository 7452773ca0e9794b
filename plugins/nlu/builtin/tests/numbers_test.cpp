#include "numbers.hpp"

#include <gtest/gtest.h>

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
           {Language::pt, "dois mil e quinhentos", 2500}})
    EXPECT_DOUBLE_EQ(number(row.text, row.language), row.wanted) << row.text;
}

TEST(Numbers, DoNotRunTogether) {
  EXPECT_DOUBLE_EQ(number("dos y tres", Language::es), 2);
  EXPECT_DOUBLE_EQ(number("one two", Language::en), 1);
}

}  // namespace
}  // namespace conserje::nlu
