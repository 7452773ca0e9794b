#include <sqlite3.h>

#include <fstream>
#include <sstream>

#include "store/inbox.hpp"
#include "store_test.hpp"

/// What only SQLite has: its file.
namespace conserje {
namespace {

using ::testing::HasSubstr;

class SqliteTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<Database>> try_open(const DatabaseOptions& options = {}) {
    return open_database("sqlite:" + path_.string(), options, clock_);
  }
  std::unique_ptr<Database> open(const DatabaseOptions& options = {}) {
    return value_of(try_open(options));
  }

  /// Fills a database with `rows` messages of about 1 KB and closes it.
  void make_file(int rows) {
    auto database = open();
    value_of(migrate(*database, clock_.now()));
    value_of(database->transact([rows](Transaction& tx) {
      for (int i = 0; i < rows; ++i)
        tx.execute("INSERT INTO sessions VALUES ('hotel-sol', $1, $2, 0, 0, 1)", std::to_string(i),
                   std::string(1000, 'x'));
    }));
  }
  std::string content() const {
    std::ifstream file(path_, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void overwrite(std::streamoff offset, const std::string& bytes) const {
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(offset);
    file << bytes;
  }
  void expect_refused_as_damaged() {
    const auto before = content();
    const auto opened = try_open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().error_class, ErrorClass::config);
    EXPECT_THAT(opened.error().message, HasSubstr(path_.string() + " is damaged or no database"));
    EXPECT_THAT(opened.error().message, HasSubstr("restore a backup"));
    EXPECT_EQ(content(), before);
  }

  FakeClock clock_;
  ScratchFolder folder_;
  std::filesystem::path path_ = folder_ / "host.db";
};

TEST_F(SqliteTest, RefusesASecondHostAndNamesTheFirst) {
  auto first = open();
  const auto second = try_open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().error_class, ErrorClass::config);
  EXPECT_THAT(second.error().message,
              HasSubstr("in use by another host, pid " + std::to_string(getpid())));
  first.reset();
  EXPECT_TRUE(try_open());
}

TEST_F(SqliteTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(path_) << std::string(5000, 'x');
  expect_refused_as_damaged();
}

TEST_F(SqliteTest, RefusesAFileThatWasCutOff) {
  make_file(100);
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) / 2);
  expect_refused_as_damaged();
}

TEST_F(SqliteTest, RefusesAFileThatWasWrittenOver) {
  make_file(100);
  overwrite(static_cast<std::streamoff>(std::filesystem::file_size(path_) / 2),
            std::string(8192, '\xff'));
  expect_refused_as_damaged();
}

TEST_F(SqliteTest, ReportsDamageInALargeFileWhereItIsRead) {
  make_file(10'000);
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(path_));
  ASSERT_GT(size, 9 * 1024 * 1024);
  overwrite(size / 2, std::string(1024 * 1024, '\xff'));
  auto database = open();
  const auto sum =
      database->read([](Transaction& tx) { tx.query("SELECT SUM(LENGTH(data)) FROM sessions"); });
  ASSERT_FALSE(sum);
  EXPECT_EQ(sum.error().error_class, ErrorClass::config);
  EXPECT_THAT(sum.error().message, HasSubstr("is damaged"));
}

TEST_F(SqliteTest, RefusesAFolderThatIsNotThere) {
  path_ = folder_ / "missing" / "host.db";
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().error_class, ErrorClass::config);
  EXPECT_THAT(opened.error().message, HasSubstr(path_.string()));
}

TEST_F(SqliteTest, FailsWithoutLossWhenTheDiskIsFullAndGoesOnWhenItIsNot) {
  auto database = open();
  value_of(migrate(*database, clock_.now()));
  const auto limit_pages = [&](const std::string& sql) {
    value_of(database->transact([&](Transaction& tx) { tx.query(sql); }));
  };
  const auto store = [&](int id, std::size_t bytes) {
    return database->transact([&](Transaction& tx) {
      tx.execute("INSERT INTO sessions VALUES ('hotel-sol', $1, $2, 0, 0, 1)", std::to_string(id),
                 std::string(bytes, 'x'));
    });
  };
  const auto stored = [&] {
    return value_of(database->read([](Transaction& tx) {
      return tx.query("SELECT COUNT(*) AS n FROM sessions").front().integer("n");
    }));
  };
  limit_pages("PRAGMA max_page_count = 60");
  EXPECT_TRUE(store(1, 1000));
  const auto full = store(2, 1'000'000);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().error_class, ErrorClass::retry);
  EXPECT_TRUE(full.error().retry_after);
  EXPECT_THAT(full.error().message, HasSubstr("the disk is full"));
  EXPECT_EQ(stored(), 1);
  limit_pages("PRAGMA max_page_count = 100000");
  EXPECT_TRUE(store(2, 1'000'000));
  EXPECT_EQ(stored(), 2);
}

TEST_F(SqliteTest, KeepsItsLogSmallUnderLoad) {
  auto database = open({.sqlite_wal_bytes = 256 * 1024});
  value_of(migrate(*database, clock_.now()));
  for (int i = 0; i < 200; ++i)
    value_of(database->transact([i](Transaction& tx) {
      tx.execute("INSERT INTO sessions VALUES ('hotel-sol', $1, $2, 0, 0, 1)", std::to_string(i),
                 std::string(10'000, 'x'));
    }));
  EXPECT_LT(std::filesystem::file_size(path_.string() + "-wal"), 512u * 1024);
}

TEST_F(SqliteTest, SyncsEveryCommit) {
  auto database = open();
  const auto synchronous = value_of(database->transact([](Transaction& tx) {
    return tx.query("PRAGMA synchronous").front().integer("synchronous");
  }));
  EXPECT_EQ(synchronous, 3);  // EXTRA: FULL, and the folder too
}

/// The plans that keep the inbox fast: no scan, and no sorting of what is pending.
TEST_F(SqliteTest, LeasesByIndexOnly) {
  auto database = open();
  value_of(migrate(*database, clock_.now()));
  const auto plan = [&](const std::string& sql) {
    return value_of(database->read([&](Transaction& tx) {
      std::string steps;
      for (const auto row : tx.query("EXPLAIN QUERY PLAN " + sql))
        steps += row.text("detail") + "\n";
      return steps;
    }));
  };
  EXPECT_EQ(plan("SELECT seq, tenant, lane FROM inbox WHERE due_ms > 0 AND due_ms <= 5 "
                 "ORDER BY due_ms, seq LIMIT 1"),
            "SEARCH inbox USING INDEX inbox_due (due_ms>? AND due_ms<?)\n");
  EXPECT_EQ(plan("SELECT seq, tenant, lane FROM inbox WHERE due_ms = 0 ORDER BY seq LIMIT 1"),
            "SEARCH inbox USING INDEX inbox_due (due_ms=?)\n");
  EXPECT_EQ(plan("SELECT seq, due_ms FROM inbox WHERE tenant = 'a' AND lane = 'b' AND due_ms > 0 "
                 "AND seq <= 9 ORDER BY seq LIMIT 1"),
            "SEARCH inbox USING INDEX inbox_lane (tenant=? AND lane=? AND seq<?)\n");
}

}  // namespace
}  // namespace conserje
