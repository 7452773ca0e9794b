#include "store/dialect.hpp"

#include <gtest/gtest.h>

#include "store/driver.hpp"

namespace conserje {
namespace {

constexpr auto kSql =
    "SELECT '{{blob}} $1 it''s $2' -- the guest's {{odd}} one\nFROM t WHERE a = $1 {{skip_locked}}";

TEST(Dialect, SpellsTokensAndParametersForPostgres) {
  EXPECT_EQ(translate(kSql, kPostgresDialect),
            "SELECT '{{blob}} $1 it''s $2' \nFROM t WHERE a = $1 FOR UPDATE SKIP LOCKED");
}

TEST(Dialect, SpellsTokensAndParametersForSqlite) {
  EXPECT_EQ(translate(kSql, kSqliteDialect),
            "SELECT '{{blob}} $1 it''s $2' \nFROM t WHERE a = ?1 ");
}

TEST(Dialect, RefusesATokenItDoesNotKnow) {
  EXPECT_THROW(translate("SELECT {{identiti}}", kSqliteDialect), StoreError);
}

TEST(Dialect, RefusesATokenWithoutItsEnd) {
  EXPECT_THROW(translate("SELECT {{identity", kSqliteDialect), StoreError);
}

}  // namespace
}  // namespace conserje
