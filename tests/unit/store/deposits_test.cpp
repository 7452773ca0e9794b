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
      return Deposits::decide(
          tx, "hotel-sol", id,
          {.state = DepositState::refused, .reason = "unreadable", .by = "local"}, now());
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
  DepositRow expected = deposit("m1");
  expected.id = id;
  expected.state = DepositState::refused;
  expected.decided = now();
  expected.reason = "unreadable";
  expected.decided_by = "local";
  EXPECT_EQ(value_of(deposits_.find("hotel-sol", id)), expected);
  EXPECT_EQ(value_of(deposits_.find("hotel-sol", id + 1)), std::nullopt);
  EXPECT_EQ(value_of(deposits_.find("other", id)), std::nullopt);
}

TEST_P(DepositsTest, AreListedByTheirStateAndInPages) {
  for (const auto* message : {"m1", "m2", "m3"}) add(deposit(message));
  const auto first = waiting().at(0).id;
  EXPECT_TRUE(decide(first));
  const auto after = value_of(deposits_.list("hotel-sol", first, std::nullopt, 1));
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].message_id, "m2");
  const auto refused = value_of(deposits_.list("hotel-sol", 0, DepositState::refused, 10));
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].id, first);
}

}  // namespace
}  // namespace conserje
