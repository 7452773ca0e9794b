#include "store/api_tokens.hpp"

#include "store_test.hpp"

namespace conserje {
namespace {

class ApiTokensTest : public StoreTest {
 protected:
  ApiTokenRow token(const std::string& id, const std::string& tenant = "hotel-sol") const {
    return {.id = id,
            .tenant = tenant,
            .name = "monitoring of " + id,
            .hash = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
            .scopes = {"plugins:read", "plugins:write"},
            .created = now(),
            .expires = now() + 24h};
  }
  std::vector<std::string> ids(const std::string& after = "", std::int64_t limit = 10) {
    std::vector<std::string> found;
    for (const auto& row : value_of(tokens_.list("hotel-sol", after, limit)))
      found.push_back(row.id);
    return found;
  }
  ApiTokens tokens_{*database_};
};
ON_EVERY_DATABASE(ApiTokensTest);

TEST_P(ApiTokensTest, FindsWhatWasAdded) {
  EXPECT_TRUE(value_of(tokens_.add(token("a1"))));
  EXPECT_EQ(value_of(tokens_.find("hotel-sol", "a1")), token("a1"));
  EXPECT_EQ(value_of(tokens_.find("hotel-sol", "a2")), std::nullopt);
}

TEST_P(ApiTokensTest, KeepsTenantsApart) {
  value_of(tokens_.add(token("a1", "hotel-luna")));
  EXPECT_EQ(value_of(tokens_.find("hotel-sol", "a1")), std::nullopt);
  EXPECT_FALSE(value_of(tokens_.revoke("hotel-sol", "a1", now())));
  EXPECT_TRUE(ids().empty());
}

TEST_P(ApiTokensTest, AddsAnIdOnce) {
  EXPECT_TRUE(value_of(tokens_.add(token("a1"))));
  auto other = token("a1");
  other.name = "another";
  EXPECT_FALSE(value_of(tokens_.add(other)));
  EXPECT_EQ(value_of(tokens_.find("hotel-sol", "a1")), token("a1"));
}

TEST_P(ApiTokensTest, ListsInPages) {
  for (const auto* id : {"c", "a", "b"}) value_of(tokens_.add(token(id)));
  EXPECT_EQ(ids("", 2), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(ids("b"), (std::vector<std::string>{"c"}));
}

TEST_P(ApiTokensTest, RevokesATokenOnceAndKeepsItsRow) {
  value_of(tokens_.add(token("a1")));
  EXPECT_TRUE(value_of(tokens_.revoke("hotel-sol", "a1", now())));
  EXPECT_FALSE(value_of(tokens_.revoke("hotel-sol", "a1", now() + 1h)));
  EXPECT_EQ(value_of(tokens_.find("hotel-sol", "a1"))->revoked, now());
}

TEST_P(ApiTokensTest, RecordsTheLastUse) {
  value_of(tokens_.add(token("a1")));
  tokens_.touch("hotel-sol", "a1", now() + 1h);
  value_of(database_->transact([](Transaction&) {}));  // The commit after the record's, or its own.
  EXPECT_EQ(value_of(tokens_.find("hotel-sol", "a1"))->last_used, now() + 1h);
}

TEST_P(ApiTokensTest, ForgetsTokensThatEndedLongAgoWhenOneIsAdded) {
  value_of(tokens_.add(token("expired")));
  auto revoked = token("revoked");
  revoked.expires = std::nullopt;
  value_of(tokens_.add(revoked));
  value_of(tokens_.revoke("hotel-sol", "revoked", now() + 24h));
  auto forever = token("forever");
  forever.expires = std::nullopt;
  value_of(tokens_.add(forever));

  auto later = token("later");
  later.expires = std::nullopt;
  later.created = now() + 90 * 24h;
  value_of(tokens_.add(later));
  EXPECT_EQ(ids(), (std::vector<std::string>{"expired", "forever", "later", "revoked"}));
  later.id = "much-later";
  later.created = now() + 92 * 24h;
  value_of(tokens_.add(later));
  EXPECT_EQ(ids(), (std::vector<std::string>{"forever", "later", "much-later"}));
}

TEST_P(ApiTokensTest, RefusesMoreThanATenantMayHave) {
  value_of(database_->transact([&](Transaction& tx) {
    for (std::int64_t i = 0; i < kMostApiTokens; ++i)
      tx.execute(
          "INSERT INTO api_tokens (id, tenant, name, hash, scopes, created_ms) "
          "VALUES ($1, 'hotel-sol', 'a', 'a', 'a', $2)",
          "t" + std::to_string(i), now());
  }));
  const auto added = tokens_.add(token("a1"));
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().error_class, ErrorClass::permanent);
  EXPECT_TRUE(value_of(tokens_.add(token("a1", "hotel-luna"))));
}

}  // namespace
}  // namespace conserje
