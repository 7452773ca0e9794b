#include "store/sessions.hpp"

#include "store_test.hpp"

namespace conserje {
namespace {

class SessionsTest : public StoreTest {
 protected:
  SessionRow session(const std::string& data, std::int64_t revision) const {
    return {"hotel-sol", "lane-1", data, now(), now() + 24h, revision};
  }
  bool save(const SessionRow& row) {
    return value_of(database_->transact([&](Transaction& tx) { return sessions_.save(tx, row); }));
  }
  std::optional<SessionRow> find() {
    return value_of(sessions_.find("hotel-sol", "lane-1", now()));
  }

  Sessions sessions_{*database_};
};
ON_EVERY_DATABASE(SessionsTest);

TEST_P(SessionsTest, FindsWhatWasSaved) {
  EXPECT_EQ(find(), std::nullopt);
  EXPECT_TRUE(save(session("{}", 0)));
  EXPECT_EQ(find(), session("{}", 1));
  EXPECT_TRUE(save(session(R"({"intent":"greeting"})", 1)));
  EXPECT_EQ(find(), session(R"({"intent":"greeting"})", 2));
}

TEST_P(SessionsTest, RefusesToOverwriteWhatSomebodyElseSaved) {
  save(session("first", 0));
  EXPECT_FALSE(save(session("also first", 0)));
  save(session("second", 1));
  EXPECT_FALSE(save(session("also second", 1)));
  EXPECT_EQ(find(), session("second", 2));
}

TEST_P(SessionsTest, ForgetsAnExpiredSession) {
  save(session("old", 0));
  clock_.advance(24h);
  EXPECT_EQ(find(), std::nullopt);
  EXPECT_TRUE(save(session("new", 0)));
  EXPECT_EQ(find()->data, "new");
}

TEST_P(SessionsTest, RefusesASaveFromBeforeTheSessionExpired) {
  save(session("old", 0));
  clock_.advance(24h);
  save(session("new", 0));
  EXPECT_FALSE(save(session("late", 1)));
}

TEST_P(SessionsTest, RemovesExpiredOnesUpToALimit) {
  for (const auto* lane : {"a", "b", "c"}) {
    auto row = session("old", 0);
    row.lane = lane;
    save(row);
  }
  clock_.advance(12h);
  save(session("young", 0));
  clock_.advance(12h);
  const auto remove = [this] {
    return value_of(database_->transact(
        [&](Transaction& tx) { return sessions_.remove_expired(tx, now(), 2); }));
  };
  EXPECT_EQ(value_of(sessions_.active(now())), 1);
  EXPECT_EQ(remove(), 2);
  EXPECT_EQ(remove(), 1);
  EXPECT_EQ(remove(), 0);
  EXPECT_EQ(find()->data, "young");
}

}  // namespace
}  // namespace conserje
