#include "dialogue/compare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conserje {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Happened answered() {
  return {.reply = "Hello, Ana", .language = "en", .intent = "greeting", .asks = "dates"};
}
std::vector<std::string> differences(DialogueTurn turn, const Happened& happened) {
  turn.at = {"x.yaml", 4, 3};
  turn.places = {{"intent", {"x.yaml", 5, 3}}, {"says", {"x.yaml", 6, 3}}};
  std::vector<std::string> out;
  for (const auto& finding : compare(turn, happened, "en")) out.push_back(to_string(finding));
  return out;
}

TEST(Compare, FindsNothingWhereAllIsAsExpected) {
  EXPECT_THAT(
      differences({.intent = "greeting", .reply = "Hello, Ana", .says = {"Ana"}, .asks = "dates"},
                  answered()),
      IsEmpty());
}

TEST(Compare, NamesTheLineOfWhatWasExpected) {
  EXPECT_THAT(differences({.intent = "thanks", .says = {"Eva"}}, answered()),
              ElementsAre("x.yaml:5:3: error: intent is \"greeting\"\n    needed: \"thanks\"",
                          "x.yaml:6:3: error: the reply is \"Hello, Ana\"\n"
                          "    needed: in it: \"Eva\""));
}

TEST(Compare, MissesAReply) {
  EXPECT_THAT(differences({}, {}), ElementsAre("x.yaml:4:3: error: there is no reply\n"
                                               "    needed: a reply, or silent: true"));
}

TEST(Compare, HearsWhatShouldBeSilence) {
  EXPECT_EQ(differences({.silent = true}, answered()).size(), 1U);
}

TEST(Compare, AllowsNoWriteAndNoEventThatIsNotNamed) {
  Happened happened = answered();
  happened.calls = {{"find", Json::object()}, {"create", Json::object()}};
  happened.events = {{"reservation.created", Json::object()}};
  EXPECT_THAT(differences({}, happened),
              ElementsAre("x.yaml:4:3: error: calls: create\n    needed: none",
                          "x.yaml:4:3: error: events: reservation.created\n    needed: none"));
}

TEST(Compare, LooksIntoWhatWasAskedOfThePms) {
  Happened happened = answered();
  happened.calls = {{"create", {{"stay", {{"adults", 2}}}, {"room_type", "double"}}}};
  const Expected as_it_is{.name = "create",
                          .fields = {{"stay.adults", "2"}, {"room_type", "double"}}};
  EXPECT_THAT(differences({.calls = std::vector{as_it_is}}, happened), IsEmpty());
  const Expected other{
      .name = "create", .fields = {{"stay.children", "1"}}, .at = {"x.yaml", 9, 1}};
  EXPECT_THAT(differences({.calls = std::vector{other}}, happened),
              ElementsAre("x.yaml:9:1: error: call create: stay.children is \"(nothing)\"\n"
                          "    needed: \"1\""));
}

TEST(Compare, TellsAMessageThatWasGivenUp) {
  Happened happened = answered();
  happened.given_up = "no engine";
  EXPECT_EQ(differences({}, happened).size(), 1U);
}

TEST(Compare, HearsAnotherLanguage) {
  Happened happened = answered();
  happened.language = "es";
  EXPECT_EQ(differences({}, happened).size(), 1U);
}

}  // namespace
}  // namespace conserje
