#include "guard/lent.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace conserje {
namespace {

TEST(Lent, IsRecalledAtOnceWhenNobodyHasIt) {
  Lent<int> lent(std::make_shared<int>(7));
  EXPECT_EQ(*lent.borrow(), 7);
  EXPECT_TRUE(lent.recall(Millis(0)));
  EXPECT_EQ(lent.borrow(), nullptr);
}

TEST(Lent, TellsThatItWasNotGivenBack) {
  Lent<int> lent(std::make_shared<int>(7));
  const auto borrowed = lent.borrow();
  EXPECT_FALSE(lent.recall(Millis(0)));
  EXPECT_EQ(*borrowed, 7);
}

TEST(Lent, WaitsForTheLastBorrower) {
  Lent<int> lent(std::make_shared<int>(7));
  std::jthread last([borrowed = lent.borrow()]() mutable { borrowed.reset(); });
  EXPECT_TRUE(lent.recall(Millis(60'000)));
}

TEST(Lent, LendsNothingUnlessItHasSomething) {
  Lent<int> lent;
  EXPECT_FALSE(lent);
  EXPECT_EQ(lent.borrow(), nullptr);
  EXPECT_TRUE(lent.recall(Millis(0)));
}

}  // namespace
}  // namespace conserje
