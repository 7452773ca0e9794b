#include "guard/ids.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace conserje {
namespace {

TEST(DerivedId, IsTheSameForTheSameParts) {
  EXPECT_EQ(derived_id("r_", {"hotel-sol", "whatsapp", "wamid.1"}),
            derived_id("r_", {"hotel-sol", "whatsapp", "wamid.1"}));
}

TEST(DerivedId, TellsPartsApartThatReadAlikeTogether) {
  EXPECT_NE(derived_id("r_", {"ab", "c"}), derived_id("r_", {"a", "bc"}));
}

TEST(DerivedId, HasThePrefixAndTwentySixCharacters) {
  const auto id = derived_id("evt_", {"x"});
  EXPECT_EQ(id.size(), 30U);
  EXPECT_TRUE(id.starts_with("evt_"));
  EXPECT_TRUE(
      std::ranges::all_of(id.substr(4), [](unsigned char c) { return std::isalnum(c) != 0; }));
}

TEST(ReservationReference, CanBeReadAloud) {
  const auto reference = reservation_reference({"act_1"});
  EXPECT_EQ(reference.size(), 10U);
  EXPECT_TRUE(reference.starts_with("CJ-"));
  EXPECT_EQ(reference.find_first_of("ILOU", 3), std::string::npos);
}

}  // namespace
}  // namespace conserje
