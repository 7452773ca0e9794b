#include "text.hpp"

#include <gtest/gtest.h>

namespace conserje::nlu {
namespace {

TEST(Text, FoldsCaseAndAccents) {
  EXPECT_EQ(fold("¿MAÑANA, señor Pérez?"), "¿ manana , senor perez ?");
  EXPECT_EQ(fold("à bientôt, São João"), "a bientot , sao joao");
}

TEST(Text, CutsWhereLettersAndDigitsMeet) {
  EXPECT_EQ(fold("8PM 10/12 R-1042"), "8 pm 10 / 12 r - 1042");
}

TEST(Text, KeepsByteOffsetsIntoTheOriginal) {
  const Text text = read_text("Sí, mañana");
  ASSERT_EQ(text.tokens.size(), 3U);
  EXPECT_EQ(text.tokens[2], (Token{.kind = TokenKind::word,
                                   .after_space = true,
                                   .capital = false,
                                   .begin = 5,
                                   .end = 12,
                                   .folded = "manana"}));
  EXPECT_EQ(text.surface(0, 3), "Sí, mañana");
}

TEST(Text, ReadsDecomposedAccentsLikeComposedOnes) {
  EXPECT_EQ(fold("man\xCC\x83"
                 "ana"),
            "manana");
  EXPECT_EQ(read_text("n\xCC\x83").tokens.front().end, 3U);
}

TEST(Text, DropsInvisibleCharacters) {
  EXPECT_EQ(fold("ho\xE2\x80\x8B"
                 "la \xE2\x80\xAE"
                 "mundo"),
            "hola mundo");
}

TEST(Text, ReadsTypographersMarksAsPlainOnes) {
  EXPECT_EQ(fold("1º – don’t"), "1 o - don ' t");
  EXPECT_EQ(fold("\xEF\xBC\x91\xEF\xBC\x90"), "10");
}

TEST(Text, TakesBytesThatAreNotUtf8AsSymbols) {
  const Text text = read_text("a\xFF\xC3z");
  ASSERT_EQ(text.tokens.size(), 4U);
  EXPECT_EQ(text.tokens[1].kind, TokenKind::symbol);
  EXPECT_EQ(text.tokens[3].folded, "z");
}

TEST(Text, ReadsNoMoreThanItsLimitAndEndsOnACharacter) {
  std::string longer(kMaxTextBytes - 1, 'a');
  longer += "ññññ";
  EXPECT_EQ(read_text(longer).original.size(), kMaxTextBytes - 1);
}

}  // namespace
}  // namespace conserje::nlu
