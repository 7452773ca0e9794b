#include "store/acts.hpp"

#include "store_test.hpp"

namespace conserje {
namespace {

class ActsTest : public StoreTest {
 protected:
  ActRow act(std::optional<std::string> outcome) const {
    return {"hotel-sol", "A1#1", R"({"create":"double"})", std::move(outcome), now()};
  }
  Acts acts_{*database_};
};
ON_EVERY_DATABASE(ActsTest);

TEST_P(ActsTest, RepeatsTheFirstDecisionAfterACrash) {
  EXPECT_EQ(acts_.decide("hotel-sol", "A1#1", R"({"create":"double"})", now()), act(std::nullopt));
  const auto decided = now();
  clock_.advance(1min);
  const auto again = value_of(acts_.decide("hotel-sol", "A1#1", R"({"create":"suite"})", now()));
  EXPECT_EQ(again, (ActRow{"hotel-sol", "A1#1", R"({"create":"double"})", std::nullopt, decided}));
}

TEST_P(ActsTest, RepeatsTheOutcomeToo) {
  acts_.decide("hotel-sol", "A1#1", R"({"create":"double"})", now()).has_value();
  EXPECT_TRUE(acts_.record("hotel-sol", "A1#1", R"({"id":"7"})"));
  EXPECT_EQ(acts_.decide("hotel-sol", "A1#1", "{}", now()), act(R"({"id":"7"})"));
}

TEST_P(ActsTest, KeepsTheFirstOutcome) {
  value_of(acts_.decide("hotel-sol", "A1#1", R"({"create":"double"})", now()));
  value_of(acts_.record("hotel-sol", "A1#1", "first"));
  value_of(acts_.record("hotel-sol", "A1#1", "second"));
  EXPECT_EQ(value_of(acts_.find("hotel-sol", "A1#1")), act("first"));
}

TEST_P(ActsTest, KeepsTenantsApart) {
  value_of(acts_.decide("hotel-sol", "A1#1", "{}", now()));
  EXPECT_EQ(value_of(acts_.find("hotel-luna", "A1#1")), std::nullopt);
}

}  // namespace
}  // namespace conserje
