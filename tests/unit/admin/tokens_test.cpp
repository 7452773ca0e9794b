#include "admin/tokens.hpp"

#include <gtest/gtest.h>

#include <set>

#include "world.hpp"

namespace conserje {
namespace {

using namespace std::chrono_literals;
using Scopes = std::vector<std::string>;

const std::string kSecret(64, 'a');

TEST(ReadToken, TellsTheIdFromTheSecret) {
  const auto text = "cj_0a1b_" + kSecret;
  EXPECT_EQ(read_token(text), (TokenParts{"0a1b", kSecret}));
}

TEST(ReadToken, RefusesEveryOtherForm) {
  for (const std::string& text :
       {std::string(), std::string("cj_"), "cj__" + kSecret, "cj_0a1b" + kSecret,
        "cj_0a1b_" + kSecret + "a", "cj_0a1b_" + kSecret.substr(1), "ck_0a1b_" + kSecret,
        "cj_0A1b_" + kSecret, "cj_0a1b_" + std::string(64, 'A'), "cj_0a1b_" + std::string(64, 'g'),
        "cj_01234567890123456_" + kSecret, " cj_0a1b_" + kSecret})
    EXPECT_EQ(read_token(text), std::nullopt) << text;
}

class TokensTest : public testing::Test, protected TokenWorld {
 protected:
  std::string refusal_of(std::string_view token) {
    const auto caller = tokens.verify(token);
    if (caller) return "let in";
    EXPECT_EQ(caller.error().error_class, ErrorClass::auth);
    return caller.error().message;
  }
};

TEST_F(TokensTest, LetInWhomTheyWereIssuedTo) {
  const auto issued = value_of(tokens.issue({.name = "a", .scopes = {"plugins:read"}}));
  EXPECT_EQ(value_of(tokens.verify(issued.token)),
            (Caller{.id = issued.row.id, .scopes = {"plugins:read"}}));
}

TEST_F(TokensTest, AreKeptAsArgon2idAlone) {
  const auto token = issue({"*"});
  const auto row = value_of(tokens.list("", 10)).at(0);
  EXPECT_TRUE(row.hash.starts_with("$argon2id$v=19$")) << row.hash;
  EXPECT_EQ(row.hash.find(std::string(read_token(token)->secret)), std::string::npos);
}

TEST_F(TokensTest, AreNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) seen.insert(issue({"*"}));
  EXPECT_EQ(seen.size(), 20U);
}

TEST_F(TokensTest, AreRefusedWithAnotherSecretAnotherIdOrInAnotherForm) {
  const auto token = issue({"*"});
  const std::string id(read_token(token)->id);
  EXPECT_EQ(refusal_of("cj_" + id + "_" + kSecret), "the API token is not valid");
  EXPECT_EQ(refusal_of("cj_ffff_" + token.substr(token.size() - 64)), "the API token is not valid");
  EXPECT_EQ(refusal_of("cj_ffff_" + kSecret), "the API token is not valid");
  EXPECT_EQ(refusal_of("letmein"), "these credentials are no API token of this host");
}

TEST_F(TokensTest, EndWhenTheirTimeIsOver) {
  const auto token = issue({"*"}, 1h);
  EXPECT_EQ(refusal_of(token), "let in");
  clock.advance(1h);
  EXPECT_EQ(refusal_of(token), "the API token has expired");
}

TEST_F(TokensTest, EndAtOnceWhenTheyAreRevokedByWhomever) {
  const auto token = issue({"*"});
  EXPECT_EQ(refusal_of(token), "let in");
  EXPECT_TRUE(tokens.remembers(token));
  value_of(rows.revoke("hotel-sol", std::string(read_token(token)->id), clock.now()));
  EXPECT_EQ(refusal_of(token), "the API token was revoked");
}

TEST_F(TokensTest, AreRememberedForAWhileOnceTheyHaveBeenVerified) {
  const auto token = issue({"*"});
  EXPECT_FALSE(tokens.remembers(token));
  value_of(tokens.verify(token));
  EXPECT_TRUE(tokens.remembers(token));
  clock.advance(60s);
  EXPECT_FALSE(tokens.remembers(token));
}

TEST_F(TokensTest, AreHashedUnlessTheyAreRememberedOrNone) {
  const auto token = issue({"*"});
  EXPECT_TRUE(tokens.must_hash(token));
  EXPECT_TRUE(tokens.must_hash("cj_ffff_" + kSecret));
  value_of(tokens.verify(token));
  EXPECT_FALSE(tokens.must_hash(token));
  EXPECT_FALSE(tokens.must_hash("letmein"));
  EXPECT_FALSE(tokens.must_hash("cj_local_" + kSecret));
}

TEST_F(TokensTest, AreNotRememberedWhenTheyAreWrong) {
  const auto token = issue({"*"});
  const auto wrong = "cj_" + std::string(read_token(token)->id) + "_" + kSecret;
  refusal_of(wrong);
  EXPECT_FALSE(tokens.remembers(wrong));
}

TEST_F(TokensTest, AreNotTakenForAnotherHash) {
  const auto token = issue({"*"});
  value_of(tokens.verify(token));
  value_of(database->transact([](Transaction& tx) {
    tx.execute("UPDATE api_tokens SET hash = $1", "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA");
  }));
  EXPECT_EQ(refusal_of(token), "the API token is not valid");
}

TEST_F(TokensTest, OfAnotherTenantAreNotKnown) {
  Tokens others({.rows = rows,
                 .clock = clock,
                 .random = random,
                 .tenant = "hotel-luna",
                 .cost = {.passes = 1, .bytes = 8 * 1024}});
  EXPECT_FALSE(others.verify(issue({"*"})));
}

TEST_F(TokensTest, OfTheLocalCommandsHaveAllScopesUntilTheNextIsMade) {
  const auto first = tokens.issue_local();
  EXPECT_EQ(value_of(tokens.verify(first)), (Caller{.id = "local", .scopes = {"*"}}));
  EXPECT_TRUE(tokens.remembers(first));
  const auto second = tokens.issue_local();
  EXPECT_EQ(refusal_of(first), "the API token is not valid");
  EXPECT_EQ(refusal_of(second), "let in");
}

TEST_F(TokensTest, OfTheLocalCommandsAreNotThereUntilOneIsMade) {
  EXPECT_EQ(refusal_of("cj_local_" + kSecret), "the API token is not valid");
}

TEST(Caller, MayWhatItsScopesSay) {
  const Caller reader{.id = "a", .scopes = {"plugins:read"}};
  EXPECT_TRUE(reader.may("plugins:read"));
  EXPECT_FALSE(reader.may("plugins:write"));
  EXPECT_FALSE(reader.may("*"));
  EXPECT_TRUE((Caller{.id = "a", .scopes = {"*"}}).may("plugins:write"));
}

}  // namespace
}  // namespace conserje
