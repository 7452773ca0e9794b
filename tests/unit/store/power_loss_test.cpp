#include <cstdlib>
#include <set>

#include "power_loss_vfs.hpp"
#include "store/inbox.hpp"
#include "store_test.hpp"

/// Only SQLite: what PostgreSQL does to its disk is its own matter.
namespace conserje {
namespace {

using ::testing::IsSupersetOf;

class PowerLossTest : public ::testing::Test {
 protected:
  /// What a host promised to the outside: what must be true after the power comes back.
  struct Promises {
    std::set<std::string> acknowledged{};  // Ids of messages whose webhooks were answered.
    std::set<std::string> handled{};
  };

  Result<std::unique_ptr<Database>> open(const std::string& path) {
    // The log starts over every few commits, so that cuts hit checkpoints too.
    return open_database("sqlite:" + path,
                         {.sqlite_wal_bytes = 48 * 1024, .sqlite_vfs = disk_.name()}, clock_);
  }

  /// What a host does: starts, accepts, handles, whatever the disk does meanwhile.
  Promises live(const std::string& path, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    Promises promises;
    auto opened = open(path);
    if (!opened) return promises;
    auto& database = **opened;
    if (!migrate(database, clock_.now())) return promises;
    Inbox inbox(database);
    for (int delivery = 0; delivery < 24; ++delivery) {
      std::vector<InboxMessage> messages;
      std::vector<std::string> ids;
      for (std::uint64_t i = 0; i <= random() % 3; ++i) {
        ids.push_back(std::to_string(delivery) + "-" + std::to_string(i));
        messages.push_back({.tenant = "hotel-sol",
                            .channel = "whatsapp",
                            .message_id = ids.back(),
                            .lane = std::to_string(random() % 4),
                            .payload = std::string(random() % 3000, 'x'),
                            .correlation_id = "",
                            .received = clock_.now()});
      }
      inbox.accept_all(std::move(messages), {}, [ids, &promises](auto durable) {
        if (durable) promises.acknowledged.insert(ids.begin(), ids.end());
      });
      if (random() % 3 != 0) continue;  // Now and then one is handled, which also ends the batch.
      const auto leased = inbox.lease("host", clock_.now(), 60s);
      if (!leased || !*leased) continue;
      const auto& [lease, message] = **leased;
      const auto finished = database.transact([&lease = lease, &inbox, this](Transaction& tx) {
        return inbox.finish(tx, lease, clock_.now());
      });
      if (finished && *finished) promises.handled.insert(message.message_id);
    }
    return promises;
  }

  /// Opens what the disk kept, and looks whether it keeps `promises`.
  void expect_kept(const std::string& path, const Promises& promises) {
    auto database = value_of(open(path));
    ASSERT_EQ(value_of(database->read([](Transaction& tx) {
                return tx.query("PRAGMA integrity_check").front().text("integrity_check");
              })),
              "ok");
    value_of(migrate(*database, clock_.now()));
    const auto ids = [&](const std::string& sql) {
      return value_of(database->read([&](Transaction& tx) {
        std::set<std::string> found;
        for (const auto row : tx.query(sql)) found.insert(row.text("message_id"));
        return found;
      }));
    };
    ASSERT_THAT(ids("SELECT message_id FROM inbox"), IsSupersetOf(promises.acknowledged));
    ASSERT_THAT(ids("SELECT message_id FROM inbox WHERE state = 'done'"),
                IsSupersetOf(promises.handled));

    Inbox inbox(*database);  // And it goes on working.
    value_of(inbox.release_all("", clock_.now()));
    value_of(inbox.lease("host", clock_.now(), 60s));
  }

  static std::uint64_t seeds() { return std::getenv("CONSERJE_ALL") != nullptr ? 5000 : 200; }

  FakeClock clock_;
  ScratchFolder folder_;  // Holds the lock files only.
  PowerLossVfs disk_{"power-loss"};
};

TEST_F(PowerLossTest, LosesNothingThatWasAcknowledged) {
  const auto path = (folder_ / "host.db").string();
  live(path, 0);
  const auto operations = disk_.operations();
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    disk_.format();
    disk_.cut_after(random() % operations);
    const auto promises = live(path, random());
    disk_.cut(random());
    ASSERT_NO_FATAL_FAILURE(expect_kept(path, promises));
  }
}

TEST_F(PowerLossTest, LosesNothingThatWasAcknowledgedAfterASyncFailed) {
  const auto path = (folder_ / "host.db").string();
  for (std::uint64_t seed = 1; seed <= seeds() / 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    disk_.format();
    disk_.fail_sync_after(random() % 80);
    const auto promises = live(path, random());
    disk_.cut(random());
    ASSERT_NO_FATAL_FAILURE(expect_kept(path, promises));
  }
}

TEST_F(PowerLossTest, LosesWhatWasNotSyncedOnThisDisk) {
  int damaged_or_lost = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto path = (folder_ / "careless.db").string() + std::to_string(seed);
    const auto run = [&](const char* sql) {
      sqlite3* database = nullptr;
      int code = sqlite3_open_v2(path.c_str(), &database,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, disk_.name().c_str());
      if (code == SQLITE_OK) code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
      sqlite3_close(database);
      return code;
    };
    ASSERT_EQ(run("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE t (i);"
                  "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2);"),
              SQLITE_OK);
    disk_.cut(seed);
    damaged_or_lost += run("UPDATE t SET i = i") != SQLITE_OK;
  }
  EXPECT_GT(damaged_or_lost, 5);
}

}  // namespace
}  // namespace conserje
