#include "store/database.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <numeric>
#include <semaphore>
#include <thread>
#include <vector>

#include "store_test.hpp"

namespace conserje {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A table with one unique column, which is all that these tests need.
class DatabaseTest : public EmptyStoreTest {
 protected:
  void open_with_table(const DatabaseOptions& options = {}) {
    database_ = open(options);
    value_of(database_->transact([](Transaction& tx) {
      tx.run_script("CREATE TABLE numbers (seq {{identity}}, number BIGINT NOT NULL UNIQUE)");
    }));
  }

  static void insert(Transaction& tx, std::int64_t number) {
    tx.execute("INSERT INTO numbers (number) VALUES ($1)", number);
  }

  std::vector<std::int64_t> numbers() {
    return value_of(database_->read([](Transaction& tx) {
      std::vector<std::int64_t> found;
      for (const auto row : tx.query("SELECT number FROM numbers ORDER BY seq"))
        found.push_back(row.integer("number"));
      return found;
    }));
  }

  std::unique_ptr<Database> database_;
};
ON_EVERY_DATABASE(DatabaseTest);

/// Holds the writer inside a work, so that what is queued meanwhile goes into one commit.
class HeldWriter {
 public:
  explicit HeldWriter(Database& database)
      : thread_([this, &database] {
          value_of(database.transact([this](Transaction&) {
            std::unique_lock lock(mutex_);
            held_ = true;
            changed_.notify_all();
            changed_.wait(lock, [this] { return released_; });
          }));
        }) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return held_; });
  }
  ~HeldWriter() { release(); }
  void release() {
    {
      const std::lock_guard lock(mutex_);
      released_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool released_ = false;
  std::thread thread_;
};

/// Waits until everything queued before is done.
void settle(Database& database) {
  value_of(database.transact([](Transaction&) {}));
}

TEST_P(DatabaseTest, RoundTripsEveryTypeOfValue) {
  database_ = open();
  const std::string text = "¿Tenés habitación? 🛏 'quoted' $1 {{blob}}";
  const Blob bytes{std::string("\0\xff\n\\x", 5)};
  const auto same = value_of(database_->transact([&](Transaction& tx) {
    tx.run_script(
        "CREATE TABLE types (t TEXT, i BIGINT, r DOUBLE PRECISION, b {{blob}}, n TEXT, e "
        "{{blob}})");
    tx.execute("INSERT INTO types (t, i, r, b, n, e) VALUES ($1, $2, $3, $4, $5, $6)", text,
               std::numeric_limits<std::int64_t>::min(), 0.1, bytes, std::nullopt, Blob{});
    const auto rows = tx.query("SELECT * FROM types");
    const auto row = rows.front();
    return rows.size() == 1 && row.text("t") == text &&
           row.integer("i") == std::numeric_limits<std::int64_t>::min() && row.real("r") == 0.1 &&
           row.blob("b") == bytes && row.is_null("n") && row.optional_text("n") == std::nullopt &&
           row.blob("e") == Blob{};
  }));
  EXPECT_TRUE(same);
}

TEST_P(DatabaseTest, RefusesATextWithANul) {
  open_with_table();
  const auto result = database_->transact([](Transaction& tx) {
    tx.run_script("CREATE TABLE texts (t TEXT)");
    tx.execute("INSERT INTO texts (t) VALUES ($1)", std::string("a\0b", 3));
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error_class, ErrorClass::permanent);
}

TEST_P(DatabaseTest, ReusesAStatementAfterItFailed) {
  open_with_table();
  value_of(database_->transact([](Transaction& tx) { insert(tx, 1); }));
  ASSERT_FALSE(database_->transact([](Transaction& tx) { insert(tx, 1); }));
  value_of(database_->transact([](Transaction& tx) { insert(tx, 2); }));
  EXPECT_THAT(numbers(), ElementsAre(1, 2));
}

TEST_P(DatabaseTest, SharesOneCommitAmongWhatQueuedMeanwhileAndKeepsItsOrder) {
  open_with_table();
  const auto before = database_->stats();
  std::vector<int> done;
  {
    HeldWriter held(*database_);
    for (int i = 0; i < 100; ++i)
      database_->enqueue([i](Transaction& tx) { insert(tx, i); },
                         [&done, i](Status durable) { done.push_back(durable ? i : -1); });
  }
  settle(*database_);
  std::vector<int> expected(100);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(done, expected);
  EXPECT_THAT(numbers(), ::testing::ElementsAreArray(expected));
  EXPECT_LE(database_->stats().commits - before.commits,
            3u);  // The holder's, the hundred, the settling one.
  EXPECT_EQ(database_->stats().works - before.works, 102u);
}

TEST_P(DatabaseTest, CommitsTheNeighboursOfAWorkThatFailsInTheirOrder) {
  open_with_table();
  const auto before = database_->stats();
  std::vector<std::string> done;
  {
    HeldWriter held(*database_);
    for (const int number : {1, 2, 1, 3, 2, 4})  // The third and the fifth violate the constraint.
      database_->enqueue(
          [number](Transaction& tx) { insert(tx, number); },
          [&done](Status durable) {
            done.emplace_back(durable ? "ok" : to_string(durable.error().error_class));
          });
  }
  settle(*database_);
  EXPECT_THAT(done, ElementsAre("ok", "ok", "permanent", "ok", "permanent", "ok"));
  EXPECT_THAT(numbers(), ElementsAre(1, 2, 3, 4));
  EXPECT_LE(database_->stats().commits - before.commits, 3u);
}

TEST_P(DatabaseTest, UndoesAllOfAWorkThatReturnsAnError) {
  open_with_table();
  const Error lost{ErrorClass::cancelled, "the lease was lost"};
  const auto result = database_->transact([&](Transaction& tx) -> Result<int> {
    insert(tx, 1);
    return lost;
  });
  EXPECT_EQ(result, Result<int>(lost));
  EXPECT_TRUE(numbers().empty());
}

TEST_P(DatabaseTest, ReportsAWorkThatThrowsAsABug) {
  open_with_table();
  const auto result = database_->transact([](Transaction& tx) {
    insert(tx, 1);
    throw std::out_of_range("oops");
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error_class, ErrorClass::bug);
  EXPECT_TRUE(numbers().empty());
}

TEST_P(DatabaseTest, ReportsWrongSqlAsABug) {
  open_with_table();
  const auto result =
      database_->transact([](Transaction& tx) { tx.execute("INSERT INTO nowhere VALUES (1)"); });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error_class, ErrorClass::bug);
}

TEST_P(DatabaseTest, RefusesWorkBeyondItsQueueAndTakesItAgainLater) {
  open_with_table({.queue_works = 3});
  std::vector<Status> done;
  const auto note = [&done](Status durable) { done.push_back(std::move(durable)); };
  {
    HeldWriter held(*database_);
    for (int i = 0; i < 4; ++i) database_->enqueue([i](Transaction& tx) { insert(tx, i); }, note);
    ASSERT_EQ(done.size(), 1u);  // The fourth, at once.
    EXPECT_EQ(done[0].error().error_class, ErrorClass::retry);
    EXPECT_EQ(done[0].error().retry_after, 1s);
  }
  settle(*database_);
  database_->enqueue([](Transaction& tx) { insert(tx, 3); }, note);
  settle(*database_);
  EXPECT_THAT(numbers(), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(database_->stats().rejected, 1u);
}

TEST_P(DatabaseTest, RefusesBytesBeyondItsQueue) {
  open_with_table({.queue_bytes = 1000});
  std::vector<bool> done;
  const auto note = [&done](Status durable) { done.push_back(durable.has_value()); };
  {
    HeldWriter held(*database_);
    for (int i = 0; i < 2; ++i)
      database_->enqueue([i](Transaction& tx) { insert(tx, i); }, note, 1000);
    EXPECT_THAT(done, ElementsAre(false));
  }
  settle(*database_);
  EXPECT_THAT(done, ElementsAre(false, true));
}

TEST_P(DatabaseTest, PostsTheCompletionsOfOneCommitAsOneTask) {
  open_with_table();
  std::vector<std::function<void()>> posted;
  database_->set_completion_executor([&posted](auto task) { posted.push_back(std::move(task)); });
  int done = 0;
  {
    HeldWriter held(*database_);
    for (int i = 0; i < 10; ++i)
      database_->enqueue([i](Transaction& tx) { insert(tx, i); }, [&done](Status) { ++done; });
  }
  settle(*database_);
  ASSERT_EQ(posted.size(), 1u);
  EXPECT_EQ(done, 0);
  posted.front()();
  EXPECT_EQ(done, 10);
}

TEST_P(DatabaseTest, WakesAListenerOncePerCommitAndNotForWhatFailed) {
  open_with_table();
  int woken = 0;
  int woken_for_the_failed = 0;
  const auto wake = std::make_shared<const Wake>([&woken] { ++woken; });
  const auto wake_for_the_failed =
      std::make_shared<const Wake>([&woken_for_the_failed] { ++woken_for_the_failed; });
  {
    HeldWriter held(*database_);
    for (const int number : {1, 2, 3})
      database_->enqueue(
          [number, &wake](Transaction& tx) {
            insert(tx, number);
            tx.after_commit(wake);
          },
          [](Status) {});
    database_->enqueue(
        [&wake_for_the_failed](Transaction& tx) {
          tx.after_commit(wake_for_the_failed);
          insert(tx, 1);
        },
        [](Status) {});
  }
  settle(*database_);
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(woken_for_the_failed, 0);
}

TEST_P(DatabaseTest, ReadsASnapshotThatWritesDoNotChange) {
  open_with_table();
  const auto counts = value_of(database_->read([this](Transaction& snapshot) {
    const auto count = [&snapshot] {
      return snapshot.query("SELECT COUNT(*) AS n FROM numbers").front().integer("n");
    };
    const auto before = count();
    std::thread([this] {
      value_of(database_->transact([](Transaction& tx) { insert(tx, 1); }));
    }).join();
    return std::pair(before, count());
  }));
  EXPECT_EQ(counts, std::pair(std::int64_t{0}, std::int64_t{0}));
  EXPECT_THAT(numbers(), ElementsAre(1));
}

TEST_P(DatabaseTest, RefusesToWriteInARead) {
  open_with_table();
  EXPECT_FALSE(database_->read([](Transaction& tx) { insert(tx, 1); }));
  EXPECT_TRUE(numbers().empty());
}

TEST_P(DatabaseTest, ServesMoreReadingThreadsThanItHasReaders) {
  open_with_table({.readers = 2});
  value_of(database_->transact([](Transaction& tx) { insert(tx, 7); }));
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([this, &right] {
        for (int k = 0; k < 20; ++k) right += numbers() == std::vector<std::int64_t>{7};
      });
  }
  EXPECT_EQ(right, 160);
}

TEST_P(DatabaseTest, TakesWorkFromManyThreadsAtOnce) {
  open_with_table();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([this, t] {
        for (int i = 0; i < 50; ++i)
          value_of(database_->transact([n = t * 50 + i](Transaction& tx) { insert(tx, n); }));
      });
  }
  EXPECT_EQ(numbers().size(), 400u);
}

TEST_P(DatabaseTest, RestsOnceNothingIsToBeWrittenAndWritesAgainAfterIt) {
  std::counting_semaphore<> rested(0);
  open_with_table({.on_rest = [&] { rested.release(); }});
  EXPECT_TRUE(numbers().empty());
  rested.acquire();
  value_of(database_->transact([](Transaction& tx) { insert(tx, 7); }));
  rested.acquire();
  EXPECT_THAT(numbers(), ElementsAre(7));
  database_.reset();  // Calls no more.
}

TEST_P(DatabaseTest, CommitsWhatIsQueuedBeforeItCloses) {
  open_with_table();
  int done = 0;
  for (int i = 0; i < 50; ++i)
    database_->enqueue([i](Transaction& tx) { insert(tx, i); },
                       [&done](Status durable) { done += durable.has_value(); });
  database_.reset();
  EXPECT_EQ(done, 50);
  database_ = open();
  EXPECT_EQ(numbers().size(), 50u);
}

TEST_P(DatabaseTest, NamesTheColumnThatIsNotThere) {
  open_with_table();
  const auto result = database_->transact([](Transaction& tx) {
    insert(tx, 1);
    return tx.query("SELECT number FROM numbers").front().integer("numbr");
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error_class, ErrorClass::bug);
  EXPECT_THAT(result.error().message, HasSubstr("numbr"));
}

TEST(OpenDatabase, RefusesAUrlThatIsNoDatabase) {
  const FakeClock clock;
  for (const auto* url : {"", "sqlite:", "mysql://x/y", "data/host.db"}) {
    const auto opened = open_database(url, {}, clock);
    ASSERT_FALSE(opened) << url;
    EXPECT_EQ(opened.error().error_class, ErrorClass::config) << url;
  }
}

}  // namespace
}  // namespace conserje
