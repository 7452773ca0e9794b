#include "conserje/url.hpp"

#include <gtest/gtest.h>

namespace conserje::url {
namespace {

TEST(Url, DecodesWhatIsEscapedAndKeepsTheRest) {
  EXPECT_EQ(percent_decoded("a%20b+c%2B%c3%B1"), "a b c+ñ");
  EXPECT_EQ(percent_decoded("100% %2 %zz %"), "100% %2 %zz %");
  EXPECT_EQ(percent_decoded(""), "");
}

TEST(Url, EscapesEveryByteThatIsNotPlain) {
  EXPECT_EQ(percent_encoded("aZ09-._~ +&=ñ"), "aZ09-._~%20%2B%26%3D%C3%B1");
  EXPECT_EQ(percent_encoded("it's", "'"), "it's");
}

TEST(Url, ReadsAFormInItsOrderWithWhatIsRepeatedOrEmpty) {
  EXPECT_EQ(
      parse_form("b=2&a=1&&b=3&c&d=&=e&f=x=y"),
      (Fields{{"b", "2"}, {"a", "1"}, {"b", "3"}, {"c", ""}, {"d", ""}, {"", "e"}, {"f", "x=y"}}));
  EXPECT_EQ(parse_form(""), Fields{});
}

TEST(Url, ReadsTheFormThatItWrote) {
  const Fields fields = {{"To", "whatsapp:+34655010203"}, {"Body", "¿Sí & 100%?\n= +"}, {"To", ""}};
  EXPECT_EQ(parse_form(to_form(fields)), fields);
}

TEST(Url, FindsTheFirstValueOfAName) {
  const auto fields = parse_form("a=1&a=2&b=3");
  EXPECT_EQ(value_of(fields, "a"), "1");
  EXPECT_EQ(value_of(fields, "b"), "3");
  EXPECT_EQ(value_of(fields, "c"), "");
}

}  // namespace
}  // namespace conserje::url
