#include "grammar.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "language.hpp"
#include "numbers.hpp"

namespace conserje::nlu {
namespace {

using enum Category;

constexpr Lexeme kLexemes[] = {
    {month, "mayo", means::month(5)},           {month, "enero", means::month(1)},
    {weekday, "dia de sol", means::weekday(0)}, {ordinal, "primero", means::number(1)},
    {ordinal, "quinto", means::number(5)},
};
constexpr auto kWords = packed<kLexemes>();
constexpr Rule kDay[] = {
    {"[day] de? [month]", date, combine::together},
    {"[day] ~/ ~[month_number]", date, combine::together},
    {"[hour] =pm", clock, combine::together},
    {"las [hour] !de", day_part, combine::together},
};
constexpr Rule kPair[] = {
    {"del [day] al|a [date]", range, combine::from_to},
    {"al [day|date]", range, combine::until},
};

/// What the grammar finds of one category, as "surface" texts.
std::vector<std::string> found(const char* message, Category category) {
  const Section sections[] = {kDay, kPair};
  const Grammar grammar(kWords, sections);
  const Text text = read_text(message);
  Chart chart(text);
  grammar.read_words(chart);
  read_numbers(chart, Language::es);
  grammar.apply_rules(chart);
  std::vector<std::string> surfaces;
  for (const Item& item : chart.items())
    if (item.category == category) surfaces.emplace_back(text.surface(item.begin, item.end));
  return surfaces;
}
using Surfaces = std::vector<std::string>;

TEST(Grammar, MatchesAPhraseOfSeveralWords) {
  EXPECT_EQ(found("un día de sol", weekday), Surfaces{"día de sol"});
}

TEST(Grammar, LeavesOutWhatIsOptional) {
  EXPECT_EQ(found("3 mayo", date), Surfaces{"3 mayo"});
  EXPECT_EQ(found("3 de mayo", date), Surfaces{"3 de mayo"});
}

TEST(Grammar, HoldsNumbersToTheBoundsOfTheirRole) {
  EXPECT_EQ(found("32 de mayo", date), Surfaces{});
}

TEST(Grammar, TellsTouchingTokensFromDistantOnes) {
  EXPECT_EQ(found("10/5", date), Surfaces{"10/5"});
  EXPECT_EQ(found("10 / 5", date), Surfaces{});
}

TEST(Grammar, TakesANumberInItsRoleOrAnotherCategory) {
  EXPECT_EQ(found("al 3 de mayo", range), Surfaces{"al 3 de mayo"});
  EXPECT_EQ(found("al 3", range), Surfaces{"al 3"});
}

TEST(Grammar, TakesNoOrdinalInWordsForADay) {
  EXPECT_EQ(found("primero de mayo", date), Surfaces{});
  EXPECT_EQ(found("quinto de mayo", date), Surfaces{});
}

TEST(Grammar, LooksAheadWithoutTaking) {
  EXPECT_EQ(found("8 pm", clock), Surfaces{"8"});
  EXPECT_EQ(found("8 am", clock), Surfaces{});
}

TEST(Grammar, RefusesWhatMustNotFollow) {
  EXPECT_EQ(found("las 8", day_part), Surfaces{"las 8"});
  EXPECT_EQ(found("las 8 de mayo", day_part), Surfaces{});
}

TEST(Grammar, BuildsOnEarlierSections) {
  EXPECT_EQ(found("del 3 a 5 de mayo", range), Surfaces{"del 3 a 5 de mayo"});
}

TEST(Grammar, LetsAnActionRefuse) { EXPECT_EQ(found("31/4", date), Surfaces{}); }

TEST(Grammar, NamesAPatternThatDoesNotRead) {
  constexpr Rule kWrong[] = {{"[moon]", date, combine::together}};
  const Section sections[] = {kWrong};
  EXPECT_THROW(Grammar({}, sections), std::logic_error);
}

TEST(Grammar, KnowsTheWordsOfItsTables) {
  const Section sections[] = {kDay, kPair};
  const Grammar grammar(kWords, sections);
  EXPECT_TRUE(grammar.knows("enero"));
  EXPECT_TRUE(grammar.knows("del"));
  EXPECT_FALSE(grammar.knows("perez"));
}

TEST(Chart, KeepsTheLongestFirst) {
  const Text text = read_text("a b c");
  Chart chart(text);
  EXPECT_TRUE(chart.add(date, 0, 1, {}));
  EXPECT_TRUE(chart.add(date, 0, 3, {}));
  EXPECT_TRUE(chart.add(clock, 0, 2, {}));
  EXPECT_FALSE(chart.add(date, 0, 3, {.number = 1}));
  std::vector<int> ends;
  chart.for_each_at(0, [&](const Item& item) { ends.push_back(item.end); });
  EXPECT_EQ(ends, (std::vector<int>{3, 2, 1}));
}

}  // namespace
}  // namespace conserje::nlu
