#include "store/migrate.hpp"

#include <array>
#include <thread>

#include "store_test.hpp"

namespace conserje {
namespace {

using ::testing::HasSubstr;
using Names = std::vector<std::string>;

constexpr EmbeddedFile kFirst{"0001_a.sql",
                              "CREATE TABLE a (i BIGINT); CREATE TABLE a2 (i BIGINT);"};
constexpr EmbeddedFile kSecond{"0002_b.sql", "CREATE TABLE b (i BIGINT);"};
constexpr EmbeddedFile kBroken{"0002_b.sql",
                               "CREATE TABLE b (i BIGINT); CREATE TABLE a (i BIGINT);"};

class MigrateTest : public EmptyStoreTest {
 protected:
  Result<MigrationReport> migrate_to(std::vector<EmbeddedFile> files) {
    return migrate(*database_, now(), files);
  }
  bool has_table(const std::string& name) {
    return database_->read([&](Transaction& tx) { tx.query("SELECT * FROM " + name); }).has_value();
  }
  std::unique_ptr<Database> database_ = open();
};
ON_EVERY_DATABASE(MigrateTest);

TEST_P(MigrateTest, AppliesWhatIsMissingInOrder) {
  EXPECT_EQ(value_of(migrate_to({kFirst})), (MigrationReport{{}, {"0001_a.sql"}}));
  EXPECT_EQ(value_of(migrate_to({kFirst, kSecond})),
            (MigrationReport{{"0001_a.sql"}, {"0002_b.sql"}}));
  EXPECT_EQ(value_of(migrate_to({kFirst, kSecond})),
            (MigrationReport{{"0001_a.sql", "0002_b.sql"}, {}}));
  EXPECT_TRUE(has_table("a2") && has_table("b"));
}

TEST_P(MigrateTest, AppliesTheHostsOwn) {
  const auto report = value_of(migrate(*database_, now()));
  EXPECT_EQ(report.applied.size(), kMigrations.size());
  EXPECT_EQ(report.applied.front(), "0001_inbox.sql");
}

TEST_P(MigrateTest, RefusesADatabaseThatIsNewerThanTheHost) {
  value_of(migrate_to({kFirst, kSecond}));
  const auto refused = migrate_to({kFirst});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error_class, ErrorClass::config);
  EXPECT_THAT(refused.error().message, HasSubstr("newer than this host"));
  EXPECT_THAT(refused.error().message, HasSubstr("0002_b.sql"));
}

TEST_P(MigrateTest, RefusesAMigrationWhoseTextChanged) {
  value_of(migrate_to({kFirst}));
  const auto refused = migrate_to({{"0001_a.sql", "CREATE TABLE a (i BIGINT);"}, kSecond});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().error_class, ErrorClass::config);
  EXPECT_THAT(refused.error().message, HasSubstr("0001_a.sql"));
  EXPECT_FALSE(has_table("b"));
}

TEST_P(MigrateTest, LeavesNothingOfAMigrationThatFails) {
  EXPECT_FALSE(migrate_to({kFirst, kBroken}));
  EXPECT_TRUE(has_table("a"));
  EXPECT_FALSE(has_table("b"));
  EXPECT_EQ(value_of(migrate_to({kFirst, kSecond})),
            (MigrationReport{{"0001_a.sql"}, {"0002_b.sql"}}));
}

TEST_P(MigrateTest, IsDoneOnceBySeveralHostsAtOnce) {
  std::array<MigrationReport, 4> reports;
  {
    std::vector<std::unique_ptr<Database>> hosts;
    std::vector<std::jthread> threads;
    for (auto& report : reports) {
      if (GetParam() == Backend::postgres) hosts.push_back(open());
      Database& host = GetParam() == Backend::postgres ? *hosts.back() : *database_;
      threads.emplace_back([&report, &host, this] { report = value_of(migrate(host, now())); });
    }
    threads.clear();
  }
  std::size_t applied = 0;
  for (const auto& report : reports) applied += report.applied.size();
  EXPECT_EQ(applied, kMigrations.size());
}

}  // namespace
}  // namespace conserje
