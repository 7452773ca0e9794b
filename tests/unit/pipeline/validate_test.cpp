#include "pipeline/validate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conserje {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A house in order; each test breaks one thing.
class Validate : public testing::Test {
 protected:
  std::vector<std::string> findings() const {
    std::vector<Finding> found;
    validate(pipeline, vocabulary, found);
    std::vector<std::string> lines;
    for (const auto& finding : found) lines.push_back(finding.path + to_string(finding));
    return lines;
  }

  Pipeline pipeline{
      .tenant = "sol",
      .time_zone = "Europe/Madrid",
      .plugins = {{.name = "whatsapp", .kind = "channel", .use = "channel/whatsapp"},
                  {.name = "builtin", .kind = "nlu", .use = "nlu/builtin"},
                  {.name = "frontdesk", .kind = "pms", .use = "pms/mock"},
                  {.name = "staff", .kind = "sink", .use = "sink/slack"}},
      .flows = {{.channels = {"whatsapp"}, .understand = "builtin", .pms = "frontdesk"}},
      .notify = {{.to = "staff", .events = {"reservation.*"}}}};
  Vocabulary vocabulary{.intents = {"greeting", "make_reservation"},
                        .events = {"reservation.created", "handoff.opened"},
                        .texts = {"greeting.hello", "reservation.done"}};
};

TEST_F(Validate, AHouseInOrderIsNotComplainedAbout) { EXPECT_THAT(findings(), IsEmpty()); }

TEST_F(Validate, TellsAPluginThatDoesNotExist) {
  pipeline.flows[0].channels = {"whatsap"};
  pipeline.flows[0].pms = "opera";
  EXPECT_THAT(
      findings(),
      ElementsAre("pipeline[0].channels[0]: error: no plugin is named \"whatsap\"; did you "
                  "mean \"whatsapp\"?\n    needed: a plugin of kind channel: whatsapp",
                  "pipeline[0].pms: error: no plugin is named \"opera\"\n"
                  "    needed: a plugin of kind pms: frontdesk",
                  "plugins.whatsapp: warning: plugin \"whatsapp\" is used nowhere; name it "
                  "in \"pipeline\" or \"notify\", or remove it",
                  "plugins.frontdesk: warning: plugin \"frontdesk\" is used nowhere; name it "
                  "in \"pipeline\" or \"notify\", or remove it"));
}

TEST_F(Validate, TellsAPluginOfAnotherKind) {
  std::swap(pipeline.flows[0].understand, pipeline.notify[0].to);
  EXPECT_THAT(findings(),
              ElementsAre("pipeline[0].understand: error: \"staff\" is a plugin of kind sink\n"
                          "    needed: a plugin of kind nlu: builtin",
                          "notify[0].to: error: \"builtin\" is a plugin of kind nlu\n"
                          "    needed: a plugin of kind sink: staff"));
}

TEST_F(Validate, TellsWhenThereIsNoPluginOfTheKindAtAll) {
  pipeline.plugins.pop_back();
  EXPECT_THAT(findings(), ElementsAre("notify[0].to: error: no plugin is named \"staff\"\n"
                                      "    needed: a plugin of kind sink; there is none"));
}

TEST_F(Validate, APluginFileMayBeOfAnyKind) {
  for (auto& plugin : pipeline.plugins) plugin.kind = "";
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(Validate, AChannelLeadsToOneFlow) {
  pipeline.flows.push_back(pipeline.flows[0]);
  EXPECT_THAT(findings(), ElementsAre("pipeline[1].channels[0]: error: \"whatsapp\" stands in two "
                                      "flows; a channel leads to one flow"));
}

TEST_F(Validate, OneOfTheChannelsThatConfirmIsEnough) {
  pipeline.flows[0].confirm_by = {"sms", "whatsapp"};
  EXPECT_THAT(findings(), IsEmpty());
  pipeline.flows[0].confirm_by = {"sms"};
  EXPECT_THAT(findings(), ElementsAre("pipeline[0].confirm_by: error: no plugin is named \"sms\"\n"
                                      "    needed: a plugin of kind channel: whatsapp"));
  pipeline.flows[0].confirm_by = {"staff", "whatsapp"};
  EXPECT_THAT(findings(), ElementsAre("pipeline[0].confirm_by[0]: error: \"staff\" is a plugin of "
                                      "kind sink\n    needed: a plugin of kind channel: whatsapp"));
}

TEST_F(Validate, TellsHandlersAndIntentsThatDoNotExist) {
  pipeline.flows[0].handlers = {"greeting", "make_reservaton"};
  pipeline.notify[0].intents = {"complaint"};
  EXPECT_THAT(
      findings(),
      ElementsAre("pipeline[0].handlers[1]: error: \"make_reservaton\" is not an intent; did "
                  "you mean \"make_reservation\"?\n    needed: one of greeting, make_reservation",
                  "notify[0].intents[0]: error: \"complaint\" is not an intent\n"
                  "    needed: one of greeting, make_reservation"));
}

TEST_F(Validate, TellsGlobsThatAreNoneOrFitNoEvent) {
  const std::string needed =
      "\n    needed: an event such as reservation.created, or a glob such as \"reservation.*\"";
  pipeline.notify[0].events = {"Reservation", "resevation.*", "handof.opened", "*"};
  EXPECT_THAT(
      findings(),
      ElementsAre("notify[0].events[0]: error: \"Reservation\" is not an event or a glob" + needed,
                  "notify[0].events[1]: error: \"resevation.*\" fits no event; did you mean "
                  "\"reservation.*\"?" +
                      needed,
                  "notify[0].events[2]: error: \"handof.opened\" fits no event; did you mean "
                  "\"handoff.opened\"?" +
                      needed));
}

TEST_F(Validate, WithoutAVocabularyEveryWordPasses) {
  vocabulary = {};
  pipeline.flows[0].handlers = {"x"};
  pipeline.notify[0].events = {"y"};
  pipeline.texts["z"] = {{"es", "a"}, {"en", "b"}};
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(Validate, TellsHoursThatGateNoIntentOrOpenOnNoDay) {
  pipeline.hours = BusinessHours{.gates = {"greetin"}, .urgent = {"make_reservation"}};
  EXPECT_THAT(findings(),
              ElementsAre("hours.gates[0]: error: \"greetin\" is not an intent; did you mean "
                          "\"greeting\"?\n    needed: one of greeting, make_reservation",
                          "hours: error: \"hours\" opens on no day; name the days that are "
                          "open\n    needed: mon: [\"09:00-20:00\"]"));
}

TEST_F(Validate, TellsLanguagesThatTheHostDoesNotSpeak) {
  pipeline.languages = {"es", "de"};
  EXPECT_THAT(findings(),
              ElementsAre("languages[1]: error: \"de\" is not a language of this release\n"
                          "    needed: one of es, en, pt"));
}

TEST_F(Validate, TellsTextsThatReplaceNothingAndTranslationsThatAreMissingOrTooMany) {
  pipeline.texts["greeting.helo"] = {{"es", "Hola"}, {"en", "Hi"}};
  pipeline.faq["wifi"] = {{"es", "sol"}, {"fr", "soleil"}};
  EXPECT_THAT(findings(),
              ElementsAre("faq.wifi.fr: error: \"fr\" is not one of \"languages\"\n"
                          "    needed: one of es, en",
                          "faq.wifi: warning: \"faq.wifi\" has no text in \"en\"; guests of that "
                          "language get another one",
                          "texts.greeting.helo: error: \"greeting.helo\" is not a text of the "
                          "catalogues; did you mean \"greeting.hello\"?\n"
                          "    needed: one of greeting.hello, reservation.done"));
}

TEST_F(Validate, TellsAnAdminListenerThatIsTheOtherListener) {
  pipeline.admin = AdminSettings{.listen = pipeline.listen};
  EXPECT_THAT(findings(),
              ElementsAre("admin.listen: error: \"admin.listen\" is where \"listen\" is "
                          "as well; choose another port"));
  pipeline.listen.port = 0;
  pipeline.admin->listen.port = 0;
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(Validate, WarnsOfAnAdminListenerThatOthersReach) {
  for (const auto* address : {"0.0.0.0", "10.0.0.1", "::"}) {
    pipeline.admin = AdminSettings{.listen = {address, 8081}};
    EXPECT_THAT(
        findings(),
        ElementsAre("admin.listen: warning: \"admin.listen\" can be reached from outside this "
                    "machine, and is not encrypted; put a proxy with TLS in front of it, or "
                    "listen on 127.0.0.1"));
  }
  for (const auto* address : {"127.0.0.1", "127.1.2.3", "::1"}) {
    pipeline.admin = AdminSettings{.listen = {address, 8081}};
    EXPECT_THAT(findings(), IsEmpty()) << address;
  }
}

TEST_F(Validate, TellsATimeZoneThatThisMachineDoesNotKnow) {
  pipeline.time_zone = "Europe/Madird";
  EXPECT_THAT(findings(),
              ElementsAre("time_zone: error: \"Europe/Madird\" is no time zone of this "
                          "machine; did you mean \"Europe/Madrid\"?\n    needed: time_zone: "
                          "an IANA time zone, such as America/Argentina/Buenos_Aires"));
}

}  // namespace
}  // namespace conserje
