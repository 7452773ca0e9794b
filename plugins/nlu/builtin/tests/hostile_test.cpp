// Text that nobody sends in good faith: it is read within the bound, in time that grows no faster
// than the bound, and what is reported stays inside the message.
#include <gtest/gtest.h>

#include "compiled_model.hpp"
#include "engine.hpp"

namespace conserje::nlu {
namespace {

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += piece;
  return text;
}

class HostileText : public testing::TestWithParam<const char*> {};

TEST_P(HostileText, IsReadWithinTheBound) {
  static const Engine engine(*Model::read(compiled_model()));
  const std::string text = repeated(GetParam(), 1 << 20);
  for (const char* language : {"es", "en", "pt"}) {
    const auto reply = engine.parse(
        {.text = text, .language = language, .now = "2026-11-20T10:00:00", .pending = "dates"});
    ASSERT_TRUE(reply);
    for (const Entity& entity : reply->entities) {
      EXPECT_LE(entity.end_byte, static_cast<std::int64_t>(kMaxTextBytes));
      EXPECT_EQ(entity.text,
                text.substr(static_cast<std::size_t>(entity.start_byte),
                            static_cast<std::size_t>(entity.end_byte - entity.start_byte)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Each, HostileText,
                         testing::Values("a", "a ", "1", "1 ", "10 al ", "del 10 al ", "mil ",
                                         "de la ", "10/", "-", "@a.", "a@", "R-1", "\xFF", "\xC3",
                                         "\xCC\x81", "a\xCC\x81", "\xE2\x80\xAE", "¿", "😀", "y ",
                                         "y 1 ", "lunes ", "el lunes 10 de mayo a las 8 ", "next ",
                                         "2 adults and ", "2 and ", "1.", "1,", ".5",
                                         "one hundred ", "e 5", "-", "- 5 ", "½", "5 a 6 de ",
                                         "1/2/", "the day after ", "después de ", "hasta ",
                                         "a finales de ", "early ", "week of ",
                                         "two weeks before Christmas ", "cena a las 8 "));

TEST(HostileNumber, OfManyDigitsIsReadWithinTheBound) {
  const Engine engine(*Model::read(compiled_model()));
  const std::string text = "para " + std::string(100'000, '9') + " personas el 99999999999/1";
  for (const char* language : {"es", "en", "pt"})
    EXPECT_TRUE(engine.parse({.text = text, .language = language, .now = "2026-11-20T10:00:00"}));
}

TEST(HostileNumber, IsNeverOutOfTheBoundsOfItsField) {
  const Engine engine(*Model::read(compiled_model()));
  for (const char* text :
       {"9999999999999999999 noches", "in 99999999999 years", "-5 noches", "1e308 personas",
        "1e999 noches", "hace 99999 semanas", "el 99/99/9999", "99:99", "week 53 of 9999",
        "2^9999 rooms", "99999 days before Christmas", "in 9999 weekends"}) {
    const auto reply = engine.parse({.text = text, .language = "en", .now = "2026-11-20T10:00:00"});
    ASSERT_TRUE(reply) << text;
  }
}

/// A grammar that tried every combination would take hours for this.
TEST(Chart, GrowsLinearlyWithTheText) {
  const Grammars grammars;
  const auto items = [&](std::size_t bytes) {
    const Text text = read_text(repeated("el lunes 10 de mayo a las 8 y 20 ", bytes));
    return read_chart(text, Language::es, grammars).items().size();
  };
  EXPECT_LT(items(4000), 3 * items(2000));
}

}  // namespace
}  // namespace conserje::nlu
