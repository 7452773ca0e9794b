#include "examples.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace conserje::nlu {
namespace {

using Examples = std::vector<Example>;

TEST(Examples, ReadBlocksAndListsAndSkipTheRest) {
  const auto read = read_examples(R"(
version: "3.1"
nlu:
- intent: greeting
  examples: |
    - Hola
    -   buenas - tardes

- intent: hotel_info/wifi
  examples:
  - text: |
      ¿tienen wifi?
- synonym: doble
  examples: |
    - matrimonial
stories: []
)",
                                  Language::es);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, (Examples{{"Hola", "greeting", Language::es},
                             {"buenas - tardes", "greeting", Language::es},
                             {"¿tienen wifi?", "hotel_info/wifi", Language::es}}));
}

TEST(Examples, LoseTheirAnnotations) {
  EXPECT_EQ(
      strip_annotations("a nombre de [Ana Pérez](person_name) y [2]{\"entity\": \"party_size\"}"),
      "a nombre de Ana Pérez y 2");
  EXPECT_EQ(strip_annotations("precio [aprox] \\[x\\]"), "precio [aprox] [x]");
}

std::vector<std::string> texts(const Examples& examples) {
  std::vector<std::string> result;
  for (const Example& example : examples) result.push_back(example.text);
  return result;
}

Examples lines_with(const std::string& lists, const std::string& line) {
  const auto read = read_examples(
      "lists:\n" + lists + "nlu:\n- intent: a\n  examples: |\n    - " + line + "\n", Language::es);
  EXPECT_TRUE(read) << read.error().message;
  return read ? *read : Examples{};
}

TEST(Examples, FillSlotsAsOftenAsTheLongestListIs) {
  const auto read = lines_with("  room: [cuarto, suite, pieza]\n  when: [hoy, mañana]\n",
                               "hay {room} para {when}?");
  ASSERT_EQ(read.size(), 3U);
  std::set<std::string> rooms;
  for (const Example& example : read) {
    EXPECT_EQ(example.text.find('{'), std::string::npos) << example.text;
    EXPECT_EQ(example.group, read[0].group);
    EXPECT_NEAR(example.weight, 1 / std::sqrt(3), 1e-6);
    rooms.insert(example.text.substr(4, example.text.find(" para") - 4));
  }
  EXPECT_EQ(rooms, (std::set<std::string>{"cuarto", "suite", "pieza"}));
  EXPECT_NE(read[0].group, 0U);
}

TEST(Examples, FillSlotsInsideOfPhrases) {
  EXPECT_EQ(texts(lines_with("  who: [Ana]\n  tag: [\"a nombre de {who}\"]\n", "reserva {tag}")),
            (std::vector<std::string>{"reserva a nombre de Ana"}));
}

TEST(Examples, KeepBracesThatNameNoList) {
  EXPECT_EQ(lines_with("  room: [suite]\n", "una {cosa} y {"),
            (Examples{{"una {cosa} y {", "a", Language::es}}));
}

TEST(Examples, OfPhrasesThatNameThemselvesEnd) {
  for (const Example& example : lines_with("  a: [\"x {a}\"]\n", "{a}"))
    EXPECT_LT(example.text.size(), 2048U);
}

TEST(Examples, AreBoundedHoweverLongTheList) {
  std::string list = "  n: [";
  for (int i = 0; i < 100; ++i) list += std::to_string(i) + ", ";
  EXPECT_EQ(lines_with(list + "x]\n", "habitación {n}").size(), kMaxVariants);
}

TEST(Examples, ReadTheOldMarkdown) {
  const auto read = read_markdown_examples(
      "## intent:greet\n- hola [Ana](name)\n* buenas\n\n## synonym:x\n- no\n"
      "  ## intent: bye\n  - chau\nloose text\n",
      Language::es);
  EXPECT_EQ(read, (Examples{{"hola Ana", "greet", Language::es},
                            {"buenas", "greet", Language::es},
                            {"chau", "bye", Language::es}}));
}

TEST(Examples, ReadBackWhatWasWritten) {
  const Examples examples{{"hola [x](y) \\ {z}", "greet", Language::es},
                          {"wifi: ¿cuál?", "hotel_info/wifi", Language::es},
                          {"- buenas", "greet", Language::es}};
  const auto read = read_examples(write_examples(examples), Language::es);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, (Examples{examples[0], examples[2], examples[1]}));
}

TEST(Examples, AreReviewed) {
  Examples examples{{"Hola", "greet", Language::es},
                    {"¡hola!", "thanks", Language::es},
                    {"hola", "greet", Language::en}};
  for (std::size_t i = 0; i < kThinIntent; ++i)
    examples.push_back({"gracias " + std::to_string(i), "thanks", Language::es});
  examples.push_back({"gracias 0", "thanks", Language::es});
  EXPECT_EQ(review(examples),
            (std::vector<std::string>{"\"gracias 0\" stands twice in thanks",
                                      "greet has 2 lines; 10 are needed to learn it well"}));
  examples.push_back({"HOLA", "bye", Language::es});
  EXPECT_EQ(review(examples)[1], "\"HOLA\" is greet and bye: keep one");
}

TEST(Examples, AreKnownByTheirContent) {
  const Examples examples{{"hola", "greet", Language::es}};
  EXPECT_EQ(content_hash(examples), content_hash(examples));
  EXPECT_NE(content_hash(examples), content_hash({{"hola", "greet", Language::pt}}));
  EXPECT_NE(content_hash(examples), content_hash({{"holag", "reet", Language::es}}));
}

TEST(Examples, OfARealBotAreRead) {
  const auto path = std::filesystem::path(CONSERJE_PLUGIN_FOLDER) /
                    "../../../../shared/fixtures/nlu/rasa_example_helpdesk_nlu.yml";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no fixtures beside the checkout";
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  const auto read = read_examples(text.str(), Language::en);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_GT(read->size(), 100U);
  EXPECT_EQ(read->front(), (Example{"hey", "greet", Language::en}));
}

TEST(Examples, SayWhatIsWrong) {
  for (const char* wrong : {"nlu: 3", "- a\nb: [", "", "nlu:\n- intent: x\n  examples:\n  - 3"}) {
    const auto read = read_examples(wrong, Language::es);
    ASSERT_FALSE(read) << wrong;
    EXPECT_EQ(read.error().error_class, ErrorClass::config);
  }
}

TEST(Examples, NeedALanguageInTheFilesName) {
  const auto read = read_example_file("/nowhere/hotel.yaml");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().error_class, ErrorClass::config);
  EXPECT_FALSE(read_example_file("/nowhere/es.yaml"));
}

}  // namespace
}  // namespace conserje::nlu
