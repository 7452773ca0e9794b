#include "typos.hpp"

#include <gtest/gtest.h>

#include <set>

namespace conserje::nlu {
namespace {

/// The message after the repair, its tokens joined by blanks.
std::string repaired(const std::string& message) {
  static const std::set<std::string, std::less<>> kKnown{"habitacion", "reservar", "toallas",
                                                         "quiero", "breakfast"};
  const auto knows = [](std::string_view word) { return kKnown.contains(word); };
  Text text = read_text(message);
  repair_typos(text, {}, knows, knows);
  std::string joined;
  for (const Token& token : text.tokens) joined += (joined.empty() ? "" : " ") + token.folded;
  return joined;
}

TEST(Typos, AreRepairedWhenOneSlipExplainsThem) {
  EXPECT_EQ(repaired("quiero resevar"), "quiero reservar");    // one missing
  EXPECT_EQ(repaired("quiero reserrvar"), "quiero reservar");  // one too many
  EXPECT_EQ(repaired("quiero rezervar"), "quiero reservar");   // one wrong
  EXPECT_EQ(repaired("una haibtación"), "una habitacion");     // two swapped
  EXPECT_EQ(repaired("is breakfst included"), "is breakfast included");
}

TEST(Typos, StayWhenTwoSlipsAreNeeded) { EXPECT_EQ(repaired("rezerbar"), "rezerbar"); }

TEST(Typos, OfShortWordsAndOfFirstLettersAreNotGuessed) {
  EXPECT_EQ(repaired("toal"), "toal");
  EXPECT_EQ(repaired("boallas"), "boallas");
}

TEST(Typos, AreLookedForInSoManyWordsOnly) {
  std::string message, wanted;
  for (std::size_t i = 0; i < kMaxRepairs + 1; ++i) {
    message += "rezervar ";
    wanted += i < kMaxRepairs ? "reservar " : "rezervar ";
  }
  EXPECT_EQ(repaired(message) + " ", wanted);
}

TEST(Typos, InsideAnEntityAreItsOwn) {
  Text text = read_text("rezervar");
  Item name{};
  name.category = Category::person_name;
  name.end = 1;
  repair_typos(
      text, {name}, [](std::string_view) { return false; },
      [](std::string_view word) { return word == "reservar"; });
  EXPECT_EQ(text.tokens[0].folded, "rezervar");
}

}  // namespace
}  // namespace conserje::nlu
