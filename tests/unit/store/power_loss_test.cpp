#include <cstdlib>
#include <set>

#include "power_loss_vfs.hpp"
#include "store/inbox.hpp"
#include "store_test.hpp"

/// Only SQLite: what PostgreSQL does to its disk is its own matter.
namespace conserje {
namespace {

class PowerLossTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> open(const std::string& path) {
    // The log starts over every few commits, so that cuts hit checkpoints too.
    return value_of(open_database(
        "sqlite:" + path, {.sqlite_wal_bytes = 48 * 1024, .sqlite_vfs = disk_.name()}, clock_));
  }

  /// What a host does: starts, accepts, handles; the ids that it acknowledged go to `acknowledged`.
  /// Ends where the power goes.
  void live(const std::string& path, std::uint64_t seed, std::set<std::string>& acknowledged) {
    std::mt19937_64 random(seed);
    auto opened = open_database(
        "sqlite:" + path, {.sqlite_wal_bytes = 48 * 1024, .sqlite_vfs = disk_.name()}, clock_);
    if (!opened) return;
    auto& database = **opened;
    if (!migrate(database, clock_.now())) return;
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
      inbox.accept_all(std::move(messages), {}, [ids, &acknowledged](auto durable) {
        if (durable) acknowledged.insert(ids.begin(), ids.end());
      });
      if (random() % 3 != 0)
        continue;  // Now and then a message is handled, which also ends the batch.
      const auto leased = inbox.lease("host", clock_.now(), 60s);
      if (!leased) return;
      if (*leased && !database.transact([&](Transaction& tx) {
            inbox.finish(tx, (*leased)->lease, clock_.now());
          }))
        return;
    }
  }

  static std::set<std::string> stored(Database& database) {
    return value_of(database.read([](Transaction& tx) {
      std::set<std::string> ids;
      for (const auto row : tx.query("SELECT message_id FROM inbox"))
        ids.insert(row.text("message_id"));
      return ids;
    }));
  }
  static std::string integrity(Database& database) {
    return value_of(database.read([](Transaction& tx) {
      return tx.query("PRAGMA integrity_check").front().text("integrity_check");
    }));
  }

  FakeClock clock_;
  ScratchFolder folder_;  // Holds the lock files only.
  PowerLossVfs disk_{"power-loss"};
};

TEST_F(PowerLossTest, LosesNothingThatWasAcknowledged) {
  std::set<std::string> ignored;
  live(folder_ / "measure.db", 0, ignored);
  const auto operations = disk_.operations();

  const int seeds = std::getenv("CONSERJE_ALL") != nullptr ? 5000 : 200;
  for (int seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto path = (folder_ / "host.db").string() + std::to_string(seed);
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    std::set<std::string> acknowledged;
    disk_.cut_after(random() % operations);
    live(path, random(), acknowledged);
    disk_.cut(random());

    auto database = open(path);
    ASSERT_EQ(integrity(*database), "ok");
    value_of(migrate(*database, clock_.now()));
    const auto found = stored(*database);
    ASSERT_TRUE(
        std::includes(found.begin(), found.end(), acknowledged.begin(), acknowledged.end()));

    // And it goes on working.
    Inbox inbox(*database);
    value_of(inbox.release_all("", clock_.now()));
    value_of(inbox.lease("host", clock_.now(), 60s));
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
