#include "names.hpp"

#include <gtest/gtest.h>

#include "engine.hpp"
#include "reading.hpp"
#include "training.hpp"

namespace conserje::nlu {
namespace {

constexpr const char* kFile = R"(version: "3.1"
nlu:
- lookup: room_type
  examples: |
    - Mirador
    - la Jacarandá
- lookup: view
  examples: |
    - vista al lago
- synonym: double
  examples: |
    - la Jacarandá
    - el Ceibo
- synonym: nothing
  examples: |
    - whatever
- regex: code
  examples: |
    - \bHS-\d{4}\b
- intent: make_reservation
  examples: |
    - quiero [el Lapacho]{"entity": "room_type", "value": "suite"}
    - quiero [el Tala](room_type:twin)
    - quiero [la doble](room_type)
)";

/// "text entity=value", one name each.
std::vector<std::string> lines_of(const Names& names) {
  std::vector<std::string> lines;
  for (const auto& phrase : names.phrases)
    lines.push_back(phrase.text + ' ' + phrase.entity + '=' + phrase.value);
  for (const auto& shape : names.shapes) lines.push_back(shape.entity + '~' + shape.regex);
  return lines;
}

TEST(Names, AreReadFromTheItemsOfRasa) {
  const auto names = read_names(kFile);
  ASSERT_TRUE(names) << names.error().message;
  EXPECT_EQ(lines_of(*names),
            (std::vector<std::string>{"el Ceibo room_type=double", "el Lapacho room_type=suite",
                                      "el Tala room_type=twin", "la Jacarandá room_type=double",
                                      "Mirador room_type=Mirador",
                                      "vista al lago view=vista al lago", "code~\\bHS-\\d{4}\\b"}));
}

TEST(Names, AreReadFromTheOldMarkdown) {
  const auto names = read_markdown_names(
      "## lookup:room_type\n- Mirador\n\n## synonym:double\n* el Ceibo\n## regex:code\n- HS\\d+\n"
      "## intent:greeting\n- hola [Tala](room_type:twin)\n");
  ASSERT_TRUE(names) << names.error().message;
  EXPECT_EQ(lines_of(*names),
            (std::vector<std::string>{"el Ceibo room_type=double", "Mirador room_type=Mirador",
                                      "Tala room_type=twin", "code~HS\\d+"}));
}

TEST(Names, AreReadAsTheyWereWritten) {
  const auto names = read_names(kFile);
  ASSERT_TRUE(names);
  const auto again = read_names("nlu:\n" + write_names(*names));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, *names);
}

TEST(Names, RefuseARegexThatIsNone) {
  const auto names = read_names("nlu:\n- regex: code\n  examples: |\n    - (HS\n");
  ASSERT_FALSE(names);
  EXPECT_EQ(names.error().error_class, ErrorClass::config);
  EXPECT_NE(names.error().message.find("the regex of code"), std::string::npos)
      << names.error().message;
}

/// "type=value" of what is found.
std::vector<std::string> found_in(const std::string& message) {
  const NameFinder finder(*read_names(kFile));
  const Text text = read_text(message);
  std::vector<std::string> found;
  for (const Named& one : finder.find(text)) {
    const auto entity = to_entity(one, text);
    found.push_back(entity.type + '=' + entity.value.get<std::string>());
  }
  return found;
}

TEST(NameFinder, FindsNamesHoweverTheyAreWritten) {
  EXPECT_EQ(found_in("¿Está libre LA JACARANDA con vista al lago? tengo HS-1234"),
            (std::vector<std::string>{"room_type=double", "view=vista al lago", "code=HS-1234"}));
}

TEST(NameFinder, FindsWholeWordsAlone) {
  EXPECT_EQ(found_in("miradores, XHS-12345"), std::vector<std::string>());
}

TEST(NameFinder, TakesTimeLinearInTheMessage) {
  const NameFinder finder(Names{.shapes = {{"code", "(a+)+$"}}});
  const Text text = read_text(std::string(kMaxTextBytes - 1, 'a') + '!');
  EXPECT_TRUE(finder.find(text).empty());
}

TEST(NameFinder, FindsABoundedNumber) {
  std::string message;
  for (std::size_t i = 0; i < 2 * kMaxNamed; ++i) message += "Mirador, ";
  EXPECT_EQ(found_in(message).size(), kMaxNamed);
}

TEST(Names, StandInAMessageThatAModelReads) {
  std::vector<Example> examples;
  for (const char* text : {"quiero la doble", "reservo la suite", "quiero una triple"})
    examples.push_back({text, "make_reservation", Language::es});
  for (const char* text : {"hola", "buenas", "que tal"})
    examples.push_back({text, "greeting", Language::es});
  for (const char* text : {"quien gano el partido", "pon musica"})
    examples.push_back({text, "out_of_scope", Language::es});
  const auto trained = train(examples, testing_support::grammars(), 0, *read_names(kFile));
  ASSERT_TRUE(trained) << trained.error().message;
  auto model = Model::read(std::as_bytes(std::span(trained->bytes)));
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->names(), *read_names(kFile));
  const Engine engine(*std::move(model));
  const auto reply = engine.parse({.text = "quiero el Ceibo", .now = testing_support::kNow});
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->entities.size(), 1U);
  EXPECT_EQ(reply->entities[0].type, "room_type");
  EXPECT_EQ(reply->entities[0].value, "double");
  EXPECT_EQ(reply->intent.name, "make_reservation");
}

}  // namespace
}  // namespace conserje::nlu
