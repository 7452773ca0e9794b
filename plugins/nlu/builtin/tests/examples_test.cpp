#include "examples.hpp"

#include <gtest/gtest.h>

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
