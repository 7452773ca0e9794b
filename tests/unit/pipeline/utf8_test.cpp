#include "pipeline/utf8.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace conserje {
namespace {

TEST(Utf8, WellFormedTextIsValidToItsEnd) {
  for (const std::string_view text :
       {"", "a", "\u00f1", "\u20ac", "\uffff", "\U0001f600", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xf4\x8f\xbf\xbf", "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80"})
    EXPECT_EQ(valid_utf8_prefix(text), text.size()) << text;
}

TEST(Utf8, StopsAtTheFirstMalformedSequence) {
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z", "\xe0\x9f\xbf", "\xe0\xa0",
        "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff", "\xe2\x82z"})
    EXPECT_EQ(valid_utf8_prefix("ab" + std::string(text) + "c"), 2U);
}

TEST(Utf8, CountsCharactersNotBytes) { EXPECT_EQ(utf8_length("a\u00f1\u20ac\U0001f600"), 4U); }

}  // namespace
}  // namespace conserje
