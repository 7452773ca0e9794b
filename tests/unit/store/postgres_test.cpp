#include <pqxx/pqxx>
#include <thread>

#include "store_test.hpp"

/// libpqxx 6.4 leaks the empty result (2 KB) of a statement whose connection broke, once per broken
/// connection: connection_base::make_result throws before anything owns it.
extern "C" const char* __lsan_default_suppressions() { return "leak:PQmakeEmptyPGresult\n"; }

/// What only PostgreSQL has: a connection that can break, and other hosts in the same tables.
namespace conserje {
namespace {

using ::testing::HasSubstr;

std::string unique_name() {
  std::random_device random;
  return "conserje_test_" + std::to_string(getpid()) + "_" + std::to_string(random());
}

/// A database of its own, so that the test may shut its doors.
class PostgresTest : public ::testing::Test {
 protected:
  PostgresTest() { administer("CREATE DATABASE " + name_); }
  ~PostgresTest() override {
    database_.reset();
    administer("DROP DATABASE " + name_ + " WITH (FORCE)");
  }

  static void administer(const std::string& sql) {
    pqxx::connection server(postgres_url());
    pqxx::nontransaction(server).exec(sql);
  }
  void end_connections() {
    administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name_ +
               "'");
  }
  std::string url() const {
    auto url = postgres_url();
    return url.replace(url.rfind('/') + 1, std::string::npos, name_);
  }
  void open_with_table() {
    database_ = value_of(open_database(url(), {}, clock_));
    value_of(database_->transact([](Transaction& tx) {
      tx.run_script(
          "CREATE TABLE numbers (number BIGINT PRIMARY KEY); INSERT INTO numbers VALUES (1), (2)");
    }));
  }
  Status insert(int number) {
    return database_->transact([number](Transaction& tx) {
      tx.execute("INSERT INTO numbers (number) VALUES ($1)", number);
    });
  }
  Result<std::int64_t> count() {
    return database_->read([](Transaction& tx) {
      return tx.query("SELECT COUNT(*) AS n FROM numbers").front().integer("n");
    });
  }

  FakeClock clock_;
  const std::string name_ = unique_name();
  std::unique_ptr<Database> database_;
};

TEST_F(PostgresTest, SaysThatAServerCannotBeReached) {
  const auto opened = open_database("postgresql://postgres@127.0.0.1:1/postgres", {}, clock_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().error_class, ErrorClass::retry);
  EXPECT_THAT(opened.error().message, HasSubstr("PostgreSQL is away"));
}

TEST_F(PostgresTest, ReconnectsWhenTheServerEndedItsConnections) {
  open_with_table();
  EXPECT_EQ(count(), Result<std::int64_t>(2));
  end_connections();
  EXPECT_TRUE(insert(3));
  EXPECT_EQ(count(), Result<std::int64_t>(3));
}

TEST_F(PostgresTest, FailsAtOnceWhileTheServerIsAwayAndComesBackByItself) {
  open_with_table();
  administer("ALTER DATABASE " + name_ + " ALLOW_CONNECTIONS false");
  end_connections();
  const auto first = insert(3);
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().error_class, ErrorClass::retry);

  administer("ALTER DATABASE " + name_ + " ALLOW_CONNECTIONS true");
  const auto before_the_next_try = insert(3);
  ASSERT_FALSE(before_the_next_try);
  EXPECT_EQ(before_the_next_try.error(),
            (Error{ErrorClass::retry, "store: the database is away", 100ms}));
  clock_.advance(100ms);
  EXPECT_TRUE(insert(3));
}

TEST_F(PostgresTest, SaysThatAnOutcomeIsUnknownWhenTheConnectionBreaksInACommit) {
  open_with_table();
  value_of(database_->transact([](Transaction& tx) {
    tx.run_script(R"sql(
        CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER breaks AFTER INSERT ON numbers DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION break())sql");
  }));
  const auto broken = insert(3);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().error_class, ErrorClass::deadline);
  EXPECT_EQ(count(), Result<std::int64_t>(2));
}

TEST_F(PostgresTest, TriesAgainAfterADeadlock) {
  open_with_table();
  auto other = value_of(open_database(url(), {}, clock_));
  std::atomic<int> locked = 0;
  const auto lock_both = [&locked](int first, int second) {
    return [&locked, first, second](Transaction& tx) {
      tx.execute("UPDATE numbers SET number = number WHERE number = $1", first);
      ++locked;
      while (locked < 2) std::this_thread::yield();
      tx.execute("UPDATE numbers SET number = number WHERE number = $1", second);
    };
  };
  Status theirs = Done{};
  std::thread thread([&] { theirs = other->transact(lock_both(2, 1)); });
  const auto ours = database_->transact(lock_both(1, 2));
  thread.join();
  EXPECT_TRUE(ours);
  EXPECT_TRUE(theirs);
  EXPECT_GE(locked, 3);  // One of them ran again.
}

TEST_F(PostgresTest, RefusesATextThatIsNotUtf8) {
  open_with_table();
  const auto result = database_->transact([](Transaction& tx) {
    tx.run_script("CREATE TABLE texts (t TEXT)");
    tx.execute("INSERT INTO texts (t) VALUES ($1)", "\xff\xfe");
  });
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error_class, ErrorClass::permanent);
}

TEST_F(PostgresTest, KeepsValuesOutOfItsErrors) {
  open_with_table();
  value_of(database_->transact(
      [](Transaction& tx) { tx.run_script("CREATE TABLE guests (phone TEXT UNIQUE)"); }));
  const auto add = [this] {
    return database_->transact(
        [](Transaction& tx) { tx.execute("INSERT INTO guests VALUES ($1)", "+541155550001"); });
  };
  EXPECT_TRUE(add());
  EXPECT_THAT(add().error().message, ::testing::Not(HasSubstr("541155550001")));
}

TEST_F(PostgresTest, PreparesNothingThatAPoolerWouldLose) {
  open_with_table();
  const auto prepared = value_of(database_->transact([](Transaction& tx) {
    tx.query("SELECT number FROM numbers WHERE number = $1", 1);
    return tx.query("SELECT COUNT(*) AS n FROM pg_prepared_statements").front().integer("n");
  }));
  EXPECT_EQ(prepared, 0);
}

}  // namespace
}  // namespace conserje
