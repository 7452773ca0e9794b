#include "guard/phone_number.hpp"

#include <gtest/gtest.h>

namespace conserje {
namespace {

TEST(CanonicalNumber, LeavesTheNineOfArgentinaOut) {
  EXPECT_EQ(canonical_number("+5491155550001"), "+541155550001");
  EXPECT_EQ(canonical_number("+541155550001"), "+541155550001");
}

TEST(CanonicalNumber, LeavesTheOneOfMexicoOut) {
  EXPECT_EQ(canonical_number("+5215512345678"), "+525512345678");
  EXPECT_EQ(canonical_number("+525512345678"), "+525512345678");
}

TEST(CanonicalNumber, PutsTheNineOfBrazilsMobilesIn) {
  EXPECT_EQ(canonical_number("+551187654321"), "+5511987654321");
  EXPECT_EQ(canonical_number("+5511987654321"), "+5511987654321");
}

TEST(CanonicalNumber, LeavesALandLineOfBrazilAlone) {
  EXPECT_EQ(canonical_number("+551132654321"), "+551132654321");
}

TEST(CanonicalNumber, LeavesOtherCountriesAlone) {
  EXPECT_EQ(canonical_number("+34655010203"), "+34655010203");
  EXPECT_EQ(canonical_number("+5411555500012"), "+5411555500012");
}

TEST(CanonicalNumber, LeavesWhatIsNoNumberAlone) {
  EXPECT_EQ(canonical_number("ES.10293847561029384756"), "ES.10293847561029384756");
  EXPECT_EQ(canonical_number("lucia@example.org"), "lucia@example.org");
  EXPECT_EQ(canonical_number("+549115555000A"), "+549115555000A");
  EXPECT_EQ(canonical_number("+"), "+");
  EXPECT_EQ(canonical_number(""), "");
}

}  // namespace
}  // namespace conserje
