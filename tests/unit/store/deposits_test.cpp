#include "store/deposits.hpp"

#include "store_test.hpp"

namespace conserje {
namespace {

class DepositsTest : public StoreTest {
 protected:
  DepositRow deposit(const std::string& message) const {
    return {.tenant = "hotel-sol",
            .lane = "chat||ana",
            .reservation = "CJ-7",
            .channel = "chat",
            .message_id = message,
            .media = R"({"kind":"image"})",
            .received = now()};
  }
  void add(const DepositRow& row) {
    value_of(database_->transact([&](Transaction& tx) { Deposits::add(tx, row); }));
  }
  bool decide(std::int64_t id) {
    return value_of(database_->transact([&](Transaction& tx) {
      return Deposits::decide(tx, "hotel-sol", id, DepositState::approved, now());
    }));
  }
  std::vector<DepositRow> waiting() { return value_of(deposits_.waiting("hotel-sol", 10)); }

  Deposits deposits_{*database_};
};
ON_EVERY_DATABASE(DepositsTest);

TEST_P(DepositsTest, WaitForTheStaff) {
  add(deposit("m1"));
  DepositRow expected = deposit("m1");
  ASSERT_EQ(waiting().size(), 1U);
  expected.id = waiting()[0].id;
  EXPECT_EQ(waiting()[0], expected);
}

TEST_P(DepositsTest, AreKeptOnceForEachMessage) {
  add(deposit("m1"));
  add(deposit("m1"));
  add(deposit("m2"));
  EXPECT_EQ(waiting().size(), 2U);
}

TEST_P(DepositsTest, AreDecidedOnce) {
  add(deposit("m1"));
  const auto id = waiting().at(0).id;
  EXPECT_TRUE(decide(id));
  EXPECT_FALSE(decide(id));
  EXPECT_TRUE(waiting().empty());
}

}  // namespace
}  // namespace conserje
