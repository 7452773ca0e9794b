#include "dialogue/mutate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conserje {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

DialogueTurn slot(std::string text, std::string answers, std::string asks) {
  return {.guest = std::move(text),
          .asks = std::move(asks),
          .order = Order::slot,
          .answers = std::move(answers)};
}
DialogueTurn alone(std::string text, std::string says) {
  return {.guest = std::move(text), .says = {std::move(says)}, .order = Order::alone};
}
DialogueTurn fixed(std::string text) { return {.guest = std::move(text)}; }

/// Each turn as "what the guest says -> what is asked then".
std::vector<std::string> played(std::vector<DialogueTurn> turns, std::string_view mutation) {
  std::vector<std::string> out;
  for (const auto& turn : mutated({.language = "en", .turns = std::move(turns)}, mutation).turns)
    out.push_back(turn.guest + (turn.asks ? " -> " + *turn.asks : ""));
  return out;
}

TEST(Reordered, SaysTheLastValueFirstAndExpectsTheSameEnd) {
  EXPECT_THAT(played({fixed("book"), slot("2 people", "party_size", "nights"),
                      slot("3 nights", "nights", "confirm"), fixed("yes")},
                     "reordered"),
              ElementsAre("book", "3 nights", "2 people -> confirm", "yes"));
}

TEST(Reordered, TakesItsExpectationsAlongWithATurnThatStandsAlone) {
  const Script script{.turns = {alone("hi", "hello"), alone("wifi?", "sun")}};
  const auto turns = mutated(script, "reordered").turns;
  ASSERT_EQ(turns.size(), 2U);
  EXPECT_EQ(turns[0].guest, "wifi?");
  EXPECT_EQ(turns[0].says, std::vector<std::string>{"sun"});
}

TEST(Reordered, IsNothingWhereOrderMatters) {
  EXPECT_THAT(
      played({fixed("book"), slot("2 people", "party_size", ""), fixed("yes")}, "reordered"),
      IsEmpty());
}

TEST(Corrected, TakesBackAnotherValueFirst) {
  EXPECT_THAT(played({fixed("book"), slot("2 people", "party_size", "nights")}, "corrected"),
              ElementsAre("book", "we are 3 people", "No, rather 2 people -> nights"));
}

TEST(Interrupted, AsksAboutTheHouseBeforeEachTurn) {
  EXPECT_THAT(played({fixed("book"), fixed("yes")}, "interrupted"),
              ElementsAre("What time is check-in?", "book", "What time is check-in?", "yes"));
}

TEST(Interrupted, LeavesSilenceAlone) {
  DialogueTurn silent = fixed("hello?");
  silent.silent = true;
  EXPECT_THAT(played({fixed("person"), silent}, "interrupted"),
              ElementsAre("What time is check-in?", "person", "hello?"));
}

TEST(Interrupted, LetsTimePassBeforeTheQuestion) {
  DialogueTurn late = fixed("hello");
  late.wait = Millis(5);
  const auto turns = mutated({.language = "en", .turns = {late}}, "interrupted").turns;
  EXPECT_EQ(turns.at(0).wait, Millis(5));
  EXPECT_EQ(turns.at(1).wait, Millis(0));
}

}  // namespace
}  // namespace conserje
