#include "conserje/text.hpp"

#include <gtest/gtest.h>

namespace conserje::text {
namespace {

using Parts = std::vector<std::string_view>;

TEST(Text, CountsUtf16Units) {
  EXPECT_EQ(length(""), 0U);
  EXPECT_EQ(length("habitación"), 10U);
  EXPECT_EQ(length("95 €"), 4U);
  EXPECT_EQ(length("😀"), 2U);
}

TEST(Text, IsCutToItsLimitWithAnEllipsis) {
  EXPECT_EQ(cut("Confirmar", 9), "Confirmar");
  EXPECT_EQ(cut("Confirmar", 8), "Confirm…");
  EXPECT_EQ(cut("Sí, confirmo la reserva", 14), "Sí, confirmo…");
  EXPECT_EQ(cut("😀😀😀", 5), "😀😀…");
  EXPECT_EQ(cut("😀😀😀", 4), "😀…");
}

TEST(Text, ThatFitsIsOnePart) {
  EXPECT_EQ(split("Hola, Ana.", 10), (Parts{"Hola, Ana."}));
  EXPECT_EQ(split("  Hola\n", 10), (Parts{"Hola"}));
}

TEST(Text, OfWhiteSpaceIsNoPart) {
  EXPECT_EQ(split("", 10), Parts{});
  EXPECT_EQ(split(" \n\t\r\n ", 2), Parts{});
}

TEST(Text, IsSplitAtTheBestBreakInTheSecondHalf) {
  EXPECT_EQ(split("Uno dos.\n\nTres. Cuatro", 14), (Parts{"Uno dos.", "Tres. Cuatro"}));
  EXPECT_EQ(split("Uno dos\nTres. Cuatro", 15), (Parts{"Uno dos", "Tres. Cuatro"}));
  EXPECT_EQ(split("Uno dos. Tres cuatro", 15), (Parts{"Uno dos.", "Tres cuatro"}));
  EXPECT_EQ(split("Uno dos tres", 10), (Parts{"Uno dos", "tres"}));
  EXPECT_EQ(split("A.\n\nBbbb cccc dddd", 14), (Parts{"A.\n\nBbbb cccc", "dddd"}));
}

TEST(Text, IsSplitWhereThePartEndsWithTheWord) {
  EXPECT_EQ(split("Uno dos. Tres", 8), (Parts{"Uno dos.", "Tres"}));
  EXPECT_EQ(split("aa bb", 2), (Parts{"aa", "bb"}));
}

TEST(Text, WithoutABreakIsSplitBetweenCharacters) {
  EXPECT_EQ(split("ñññññ", 2), (Parts{"ññ", "ññ", "ñ"}));
  EXPECT_EQ(split("😀😀😀", 5), (Parts{"😀😀", "😀"}));
}

TEST(Text, LosesNothingButWhiteSpaceWhenSplit) {
  std::string text;
  for (int i = 0; i < 2000; ++i)
    text += std::string(static_cast<std::size_t>(i % 23), 'a') + (i % 7 == 0    ? ". "
                                                                  : i % 31 == 0 ? "\n\n"
                                                                                : " 😀");
  const auto letters = [](std::string_view all) {
    std::string kept;
    for (const char c : all)
      if (c != ' ' && c != '\n') kept += c;
    return kept;
  };
  std::string joined;
  for (const auto part : split(text, 4096)) {
    EXPECT_LE(length(part), 4096U);
    EXPECT_GE(length(part) * 2,
              part.data() + part.size() == text.data() + text.size() ? 0U : 4090U);
    joined += part;
  }
  EXPECT_EQ(letters(joined), letters(text));
}

TEST(Text, HasItsChoicesAsNumberedLines) {
  EXPECT_EQ(numbered("Elija:", {{.id = "a", .title = "Doble", .description = "95 €"},
                                {.id = "b", .title = "Suite"}}),
            "Elija:\n\n1. Doble - 95 €\n2. Suite\n");
  EXPECT_EQ(numbered("", {{.id = "a", .title = "Doble"}}), "1. Doble\n");
}

}  // namespace
}  // namespace conserje::text
