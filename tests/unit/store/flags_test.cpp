#include "store/flags.hpp"

#include "store_test.hpp"

namespace conserje {
namespace {

class FlagsTest : public StoreTest {
 protected:
  bool is_on(std::string_view name, const std::string& tenant = "hotel-sol") {
    return flags_.is_on(tenant, name, "ana");
  }
  /// Of a hundred guests, those for whom `name` is on.
  std::vector<int> guests_with(std::string_view name) {
    std::vector<int> out;
    for (int guest = 0; guest < 100; ++guest)
      if (flags_.is_on("hotel-sol", name, std::to_string(guest))) out.push_back(guest);
    return out;
  }
  Flags flags_{*database_, clock_};
};
ON_EVERY_DATABASE(FlagsTest);

TEST_P(FlagsTest, AreAsCompiledUntilSomebodySetsThem) {
  EXPECT_TRUE(is_on(kFlagEnhancedFallback));
  EXPECT_FALSE(is_on("nobody.knows.it"));
  value_of(flags_.set("hotel-sol", std::string(kFlagEnhancedFallback), 0));
  EXPECT_FALSE(is_on(kFlagEnhancedFallback));
}

TEST_P(FlagsTest, OfATenantComeBeforeThoseOfAll) {
  value_of(flags_.set("", "panel.new", 100));
  value_of(flags_.set("hotel-sol", "panel.new", 0));
  EXPECT_FALSE(is_on("panel.new"));
  EXPECT_TRUE(is_on("panel.new", "hotel-luna"));
}

TEST_P(FlagsTest, AreRememberedForHalfAMinute) {
  EXPECT_FALSE(is_on("panel.new"));
  Flags elsewhere(*database_, clock_);
  value_of(elsewhere.set("hotel-sol", "panel.new", 100));
  clock_.advance(30s - 1ms);
  EXPECT_FALSE(is_on("panel.new"));
  clock_.advance(1ms);
  EXPECT_TRUE(is_on("panel.new"));
}

TEST_P(FlagsTest, StayOnForAGuestWhenThePercentageGrows) {
  value_of(flags_.set("hotel-sol", "panel.new", 30));
  const auto some = guests_with("panel.new");
  EXPECT_GT(some.size(), 10U);
  EXPECT_LT(some.size(), 60U);
  value_of(flags_.set("hotel-sol", "panel.new", 60));
  const auto more = guests_with("panel.new");
  EXPECT_TRUE(std::ranges::includes(more, some));
}

TEST_P(FlagsTest, RefuseAPercentageThatIsNone) {
  EXPECT_EQ(flags_.set("hotel-sol", "panel.new", 101).error().error_class, ErrorClass::permanent);
}

TEST_P(FlagsTest, AreAsDeclaredWhereNobodySetThem) {
  Flags declared(*database_, clock_, {{"panel.new", 100}, {std::string(kFlagEnhancedFallback), 0}});
  EXPECT_TRUE(declared.is_on("hotel-sol", "panel.new", "ana"));
  EXPECT_FALSE(declared.is_on("hotel-sol", kFlagEnhancedFallback, "ana"));
  value_of(declared.set("hotel-sol", "panel.new", 0));
  EXPECT_FALSE(declared.is_on("hotel-sol", "panel.new", "ana"));
  value_of(declared.reset("hotel-sol", "panel.new"));
  EXPECT_TRUE(declared.is_on("hotel-sol", "panel.new", "ana"));
}

TEST_P(FlagsTest, AreListedWithWhereTheyComeFrom) {
  value_of(flags_.set("", "panel.old", 20));
  value_of(flags_.set("hotel-sol", "panel.old", 30));
  value_of(flags_.set("hotel-luna", "panel.other", 30));
  EXPECT_EQ(
      value_of(flags_.all("hotel-sol")),
      (std::vector<FlagView>{{"audio.processor.optimized", 100, FlagOrigin::compiled, 100},
                             {std::string(kFlagEnhancedFallback), 100, FlagOrigin::compiled, 100},
                             {"panel.old", 30, FlagOrigin::stored, 0},
                             {std::string(kFlagReservationCode), 100, FlagOrigin::compiled, 100},
                             {"tenancy.dynamic.enabled", 100, FlagOrigin::compiled, 100}}));
}

}  // namespace
}  // namespace conserje
