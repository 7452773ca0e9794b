#include "dialogue/script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conserje {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kHead = R"(house: houses/sol.yaml
clock: 2026-11-20T09:30
language: es
)";

struct Reading {
  Script script;
  std::vector<std::string> findings;
};
Reading read(const std::string& text) {
  std::vector<Finding> findings;
  Reading out{.script = read_script(text, "dialogues/x.yaml", findings), .findings = {}};
  for (const auto& finding : findings) out.findings.push_back(to_string(finding));
  return out;
}
DialogueTurn turn(const std::string& lines) {
  const auto reading = read(kHead + std::string("turns:\n- ") + lines + "\n");
  EXPECT_THAT(reading.findings, IsEmpty());
  auto first = reading.script.turns.at(0);
  first.places.clear();
  first.at = {};
  return first;
}

TEST(ReadScript, TellsWhereWhenAndInWhichLanguage) {
  const auto reading = read(kHead + std::string("turns: [{guest: Hola}]\n"));
  EXPECT_THAT(reading.findings, IsEmpty());
  EXPECT_EQ(reading.script.house, "dialogues/houses/sol.yaml");
  EXPECT_EQ(reading.script.clock,
            (LocalTime{*parse_date("2026-11-20"), std::chrono::minutes(9 * 60 + 30)}));
  EXPECT_EQ(reading.script.language, "es");
  EXPECT_EQ(reading.script.turns.size(), 1U);
}

TEST(ReadScript, TakesATurnAsItStands) {
  EXPECT_EQ(turn("{guest: Hola, from: ana, channel: desk, wait: 2h, intent: greeting, says: hi, "
                 "asks: \"\", buttons: [confirm], silent: false, answers: dates}"),
            (DialogueTurn{.guest = "Hola",
                          .from = "ana",
                          .channel = "desk",
                          .wait = std::chrono::hours(2),
                          .intent = "greeting",
                          .says = {"hi"},
                          .asks = "",
                          .buttons = std::vector<std::string>{"confirm"},
                          .order = Order::slot,
                          .answers = "dates"}));
}

TEST(ReadScript, TakesWhatMustStandInACall) {
  const auto calls = turn("{guest: a, calls: [find, {create: {stay: {adults: 2}}}]}").calls;
  ASSERT_TRUE(calls && calls->size() == 2);
  EXPECT_EQ(calls->at(0).name, "find");
  EXPECT_EQ(calls->at(1).name, "create");
  EXPECT_THAT(calls->at(1).fields,
              ElementsAre(std::pair<std::string, std::string>("stay.adults", "2")));
}

TEST(ReadScript, KnowsTheLineOfEachExpectation) {
  const auto reading = read(kHead + std::string("turns:\n- guest: Hola\n  intent: greeting\n"));
  EXPECT_EQ(reading.script.turns.at(0).places.at("intent").line, 6);
}

TEST(ReadScript, TellsAKeyThatItDoesNotKnow) {
  EXPECT_THAT(read(kHead + std::string("turns:\n- {guest: Hola, intnet: greeting}\n")).findings,
              ElementsAre(testing::StartsWith(
                  "dialogues/x.yaml:5:17: error: unknown key \"intnet\" in a turn; did you mean "
                  "\"intent\"?")));
}

TEST(ReadScript, TellsATurnInWhichNothingIsDone) {
  EXPECT_THAT(read(kHead + std::string("turns:\n- {intent: greeting}\n")).findings,
              ElementsAre("dialogues/x.yaml:5:3: error: a turn in which a guest does not do one "
                          "thing\n    needed: one of guest: TEXT, press: BUTTON, send: KIND"));
}

TEST(ReadScript, TellsWhatIsMissing) {
  EXPECT_EQ(read("{}").findings.size(), 4U);
  EXPECT_EQ(read("").findings.size(), 1U);
}

TEST(ReadScript, TellsATimeThatIsNone) {
  EXPECT_EQ(read("house: a\nclock: tomorrow\nlanguage: es\nturns: [{guest: a, wait: 5}]\n")
                .findings.size(),
            2U);
}

}  // namespace
}  // namespace conserje
