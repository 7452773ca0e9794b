#include "store/locks.hpp"

#include "store_test.hpp"

namespace conserje {
namespace {

class LocksTest : public StoreTest {
 protected:
  bool acquire(const std::string& holder) {
    return value_of(locks_.acquire("hotel-sol", "frontdesk|double", holder, now(), 1min));
  }
  void release(const std::string& holder) {
    value_of(database_->transact([&](Transaction& tx) {
      Locks::release(tx, "hotel-sol", "frontdesk|double", holder, now());
    }));
  }
  /// Who asked and what he got, the first first.
  std::vector<std::string> audit() {
    std::vector<std::string> out;
    for (const auto& row : value_of(locks_.audit("hotel-sol", "frontdesk|double", 10)))
      out.insert(out.begin(), row.holder + " " + row.action);
    return out;
  }
  Locks locks_{*database_};
};
ON_EVERY_DATABASE(LocksTest);

TEST_P(LocksTest, GiveAResourceToOneOfTwo) {
  EXPECT_TRUE(acquire("ana"));
  EXPECT_FALSE(acquire("luis"));
  EXPECT_FALSE(acquire("luis"));
  EXPECT_EQ(audit(), (std::vector<std::string>{"ana acquired", "luis refused"}));
}

TEST_P(LocksTest, GiveItAgainToWhoHasIt) {
  EXPECT_TRUE(acquire("ana"));
  EXPECT_TRUE(acquire("ana"));
}

TEST_P(LocksTest, GiveItToTheNextOnceItIsReleased) {
  EXPECT_TRUE(acquire("ana"));
  release("ana");
  EXPECT_TRUE(acquire("luis"));
  EXPECT_EQ(audit(), (std::vector<std::string>{"ana acquired", "ana released", "luis acquired"}));
}

TEST_P(LocksTest, EndByThemselves) {
  EXPECT_TRUE(acquire("ana"));
  clock_.advance(1min);
  EXPECT_TRUE(acquire("luis"));
}

TEST_P(LocksTest, AreNotReleasedByAnother) {
  EXPECT_TRUE(acquire("ana"));
  release("luis");
  EXPECT_FALSE(acquire("luis"));
}

}  // namespace
}  // namespace conserje
