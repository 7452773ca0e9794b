// What guests write, and what is read of it by somebody who hears it on Friday, 2026-11-20 at
// 10:00: one row a line in tests/fixtures/phrases_<xx>.txt.
#include <gtest/gtest.h>

#include <fstream>

#include "reading.hpp"

namespace conserje::nlu {
namespace {

struct Phrases {
  Language language;
  const char* file;
};

class PhrasesOf : public testing::TestWithParam<Phrases> {};

/// A row is "phrase => entities"; nothing behind the arrow: there is none. "# " begins a remark.
TEST_P(PhrasesOf, GuestsAreReadAsTheyMeanThem) {
  constexpr std::string_view kArrow = " =>";
  std::ifstream in(std::string(CONSERJE_PLUGIN_FOLDER) + "/tests/fixtures/" + GetParam().file);
  ASSERT_TRUE(in);
  for (std::string row; std::getline(in, row);) {
    const auto arrow = row.find(kArrow);
    if (row.empty() || row.starts_with("# ")) continue;
    ASSERT_NE(arrow, std::string::npos) << row;
    const std::string wanted = row.substr(std::min(row.size(), arrow + kArrow.size() + 1));
    const std::string phrase = row.substr(0, arrow);
    EXPECT_EQ(testing_support::summary(phrase, GetParam().language), wanted) << phrase;
  }
}

INSTANTIATE_TEST_SUITE_P(Languages, PhrasesOf,
                         testing::Values(Phrases{Language::es, "phrases_es.txt"},
                                         Phrases{Language::en, "phrases_en.txt"},
                                         Phrases{Language::pt, "phrases_pt.txt"}),
                         [](const auto& row) { return std::string(row.param.file).substr(8, 2); });

}  // namespace
}  // namespace conserje::nlu
