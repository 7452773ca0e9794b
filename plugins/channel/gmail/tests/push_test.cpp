// Who sent a push, and what it says. The token is Google's by a key made for this test.
#include "push.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base64.hpp"
#include "conserje/testkit/fake_host.hpp"

namespace conserje::gmail {
namespace {

constexpr std::string_view kModulus =
    "yGN2i_mFoSpje6lVwnmspa_2DaB3QFpAWiHE0q-"
    "SeXhhFFUbVs1K6KvpV1KEc04bO9AeryGvP3Mg9yeSYR4cZNJxJ6lMCYuEwdfhYrGwQZE6xGPKl0jKyMtIqAuHuBlWS0EeS"
    "xCI-i_nV3zk0hd3PUWCRrIH9f2hfWwIZzEMfiXkF7V-"
    "YZJ9w2pkJB2wDbwH2NkTFeyjXEQPwVQ6lK0UPAd1QP8r38FrbRKimWHkVS0Ti6J3RtyCD9xrdIpRSdurx8LFi28eVqRaZI"
    "4AsdMYAU99fI6wan0wYjZuLqIdN8jhoTURdmiGnaDFk2EM9FPXtzqAYvrZzXaeLJsKjXMBvw";
constexpr std::string_view kToken =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImtleS0xIiwidHlwIjoiSldUIn0."
    "eyJhdWQiOiJodHRwczovL2hvc3QuZXhhbXBsZS9ob29rcy9nbWFpbCIsImF6cCI6IjExMzc3NDI2NDQ2MzAzODMyMTk2NC"
    "IsImVtYWlsIjoicHVic3ViLXB1c2hAaG90ZWwtc29sLmlhbS5nc2VydmljZWFjY291bnQuY29tIiwiZW1haWxfdmVyaWZp"
    "ZWQiOnRydWUsImV4cCI6MTc4NTkyNDAwMCwiaWF0IjoxNzg1OTIwNDAwLCJpc3MiOiJodHRwczovL2FjY291bnRzLmdvb2"
    "dsZS5jb20iLCJzdWIiOiIxMTM3NzQyNjQ0NjMwMzgzMjE5NjQifQ.Qb1x9FFK-tYXsS_S5Yq_"
    "McgiwJTt9Bn1QARgtyyxcphNHRsgFNExmZgqYTh3WFB3dupKAqVyKiqaTo972yNd3H1W1NcS_"
    "PFES6OHwJ94qP4BXB4mndtjD2ygUUlFNsTMU3HCEb6xrzytZtqwQ6ServjdyWWnz9Hhc0QqqfVrLYPKzjudHiQ4Axw1wzc"
    "UNEHcj8MwgSpAQgQnzsLhC2BHon1fUxzKVNs_BkqEZpvxYLfc1L-"
    "kvUBNcXi2J1S22RHtc66oa3xpzkTSlsYVx95v9olfgAK_vLa5t6SjR3m9K3-O1XlJ8aEb1-hcIz_"
    "kghdakaHYTuCMinbNKifJv0QoSQ";
constexpr std::int64_t kNow = 1'785'920'500'000;
const Expected kExpected{.audience = "https://host.example/hooks/gmail",
                         .service_account = "pubsub-push@hotel-sol.iam.gserviceaccount.com"};

KeySet keys(const std::string& id = "key-1") {
  const auto set =
      read_keys(R"({"keys":[{"kty":"EC","kid":"other"},{"kty":"RSA","alg":"RS256","kid":")" + id +
                R"(","n":")" + std::string(kModulus) + R"(","e":"AQAB"}]})");
  EXPECT_TRUE(set);
  return set ? *set : KeySet();
}

TokenVerdict judge(std::string_view token, const Expected& expected = kExpected,
                   std::int64_t now = kNow, const KeySet& set = keys()) {
  const testkit::FakeHost fake;
  const auto host = fake.host();
  return judge_token(token, set, expected, now,
                     [&](const PublicKey& key, auto data, auto signature) {
                       return host.verify_rs256(key.n, key.e, data, signature);
                     });
}

const Json kClaims = {{"aud", kExpected.audience}, {"email", kExpected.service_account},
                      {"email_verified", true},    {"exp", 1'785'924'000},
                      {"iat", 1'785'920'400},      {"iss", "https://accounts.google.com"}};
const Json kHeader = {{"alg", "RS256"}, {"kid", "key-1"}, {"typ", "JWT"}};

/// The verdict on a token with these parts, whose signature is good.
TokenFlaw flaw_of(const Json& claims, const Json& header = kHeader) {
  const auto token = to_base64url(header.dump()) + "." + to_base64url(claims.dump()) + "." +
                     to_base64url("signed");
  return judge_token(token, keys(), kExpected, kNow,
                     [](const PublicKey&, auto, std::string_view signature) {
                       return signature == "signed";
                     })
      .flaw;
}

Json with(Json json, const char* name, Json value) {
  json[name] = std::move(value);
  return json;
}

TEST(PushToken, OfGoogleForUsIsAccepted) {
  EXPECT_EQ(judge(kToken), TokenVerdict{});
  EXPECT_EQ(flaw_of(kClaims), TokenFlaw::none);
  EXPECT_EQ(flaw_of(with(kClaims, "iss", "accounts.google.com")), TokenFlaw::none);
}

TEST(PushToken, WithOneByteChangedIsRefused) {
  for (std::size_t i = 0; i < kToken.size(); i += 7) {
    std::string token(kToken);
    token[i] = token[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(judge(token).flaw, TokenFlaw::none) << i;
  }
}

TEST(PushToken, OfAnotherKeyIsRefused) {
  auto other = keys();
  other["key-1"].n[100] = static_cast<char>(other["key-1"].n[100] ^ 1);
  EXPECT_EQ(judge(kToken, kExpected, kNow, other).flaw, TokenFlaw::signature);
  EXPECT_EQ(judge(kToken, kExpected, kNow, keys("key-2")).flaw, TokenFlaw::key_unknown);
  EXPECT_EQ(judge(kToken, kExpected, kNow, {}).flaw, TokenFlaw::key_unknown);
}

TEST(PushToken, ThatIsNoneIsRefused) {
  const std::string good(kToken);
  for (const auto& token :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), good + ".x",
        good + "=", good.substr(0, good.rfind('.')), good.substr(0, good.rfind('.') + 1),
        std::string(9'000, 'a')})
    EXPECT_NE(judge(token).flaw, TokenFlaw::none) << token;
}

TEST(PushToken, WithAnotherAlgorithmIsRefused) {
  for (const auto* algorithm : {"none", "HS256", "rs256", "RS512", ""})
    EXPECT_EQ(flaw_of(kClaims, with(kHeader, "alg", algorithm)), TokenFlaw::algorithm) << algorithm;
}

TEST(PushToken, WithOtherClaimsIsRefused) {
  EXPECT_EQ(flaw_of(with(kClaims, "iss", "https://evil.example")), TokenFlaw::issuer);
  EXPECT_EQ(flaw_of(with(kClaims, "aud", kExpected.audience + "/")), TokenFlaw::audience);
  EXPECT_EQ(flaw_of(with(kClaims, "aud", Json::array({kExpected.audience}))), TokenFlaw::audience);
  EXPECT_EQ(flaw_of(with(kClaims, "email", "other@x.iam.gserviceaccount.com")), TokenFlaw::account);
  for (const Json& verified : {Json(false), Json("true"), Json(1), Json(nullptr)})
    EXPECT_EQ(flaw_of(with(kClaims, "email_verified", verified)), TokenFlaw::account) << verified;
}

TEST(PushToken, OutOfItsTimeIsRefused) {
  EXPECT_EQ(judge(kToken, kExpected, (1'785'924'000LL + 299) * 1000).flaw, TokenFlaw::none);
  EXPECT_EQ(judge(kToken, kExpected, (1'785'924'000LL + 300) * 1000).flaw, TokenFlaw::time);
  EXPECT_EQ(judge(kToken, kExpected, (1'785'920'400LL - 300) * 1000).flaw, TokenFlaw::time);
  EXPECT_EQ(flaw_of(with(kClaims, "exp", 1'785'920'400 + 86'401)), TokenFlaw::time);
}

TEST(PushToken, SaysWhatAnotherAudienceWas) {
  EXPECT_EQ(judge(kToken, {"https://internal/webhooks/mail", kExpected.service_account}),
            (TokenVerdict{TokenFlaw::audience, "https://host.example/hooks/gmail"}));
}

TEST(PushKeys, ThatAreNoneAreRefused) {
  for (const auto* text : {"", "{}", "[]", R"({"keys":[]})",
                           R"({"keys":[{"kty":"RSA","kid":"a","n":"AQ","e":"AQAB"}]})", "<html>"})
    EXPECT_FALSE(read_keys(text)) << text;
}

TEST(PushKeys, AreKeptAsLongAsTheyMay) {
  using std::chrono::seconds;
  const auto age = [](std::string value) {
    return max_age_of({.headers = {{"Cache-Control", std::move(value)}}});
  };
  EXPECT_EQ(age("public, max-age=19845, must-revalidate"), seconds(19'845));
  EXPECT_EQ(age("max-age=99999999"), seconds(86'400));
  EXPECT_EQ(age("no-store"), seconds(60));
}

TEST(Notification, IsReadInEachFormOfBase64) {
  const Notification expected{.mailbox = "reservas@example.org", .history_id = 98'765'432};
  EXPECT_EQ(
      read_notification(
          R"({"message":{"data":"eyJlbWFpbEFkZHJlc3MiOiJyZXNlcnZhc0BleGFtcGxlLm9yZyIsImhpc3RvcnlJZCI6OTg3NjU0MzJ9",)"
          R"("messageId":"1","publishTime":"2026-08-05T09:00:00.123Z","attributes":{}},"subscription":"s","deliveryAttempt":1})"),
      Result(expected));
  const auto data =
      to_base64url(R"({"emailAddress":"Reservas@example.org","historyId":"98765432"})");
  EXPECT_EQ(read_notification(R"({"message":{"data":")" + data + "\"}}"), Result(expected));
}

TEST(Notification, ThatIsNoneIsRefused) {
  for (const auto* body :
       {"", "{}", R"({"message":[]})", R"({"message":{"data":"%"}})",
        R"({"message":{"data":"e30"}})", R"({"emailAddress":"a@b","historyId":1})"})
    EXPECT_FALSE(read_notification(body)) << body;
}

}  // namespace
}  // namespace conserje::gmail
