#include "signature.hpp"

#include <gtest/gtest.h>

#include "conserje/testkit/fake_host.hpp"

namespace conserje::vapi {
namespace {

using Headers = std::vector<http::HttpHeader>;

// The vectors: key, body and timestamp.
constexpr std::string_view kBody = R"({"message":{"type":"hang"}})";
constexpr std::int64_t kAt = 1'767'225'600'000;
const std::string kWithTimestamp =
    "57c7b611b3381e4cfff16d35bd859b3865e0b26699b01f74961ffefd11060549";
const std::string kBodyAlone = "5648d0023ad4d9909dee651b3d6b6ea93ca9235861ee5fd9d3cd017d97b8c3e8";
const std::string kStandard = "XSsNXml5p/LwV468xgfebDX+MGT9IJoipxIazZvOIoQ=";

const Config kBearer{.auth = "bearer", .secret = "the-token"};
const Config kSecret{.auth = "secret", .secret = "the-secret"};
const Config kHmac{.auth = "hmac", .secret = "vapi-hmac-key"};
const Config kVapiSignature{.auth = "x_vapi_signature", .secret = "vapi-hmac-key"};
const Config kStandardWebhooks{.auth = "standard_webhooks",
                               .secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"};

class SignatureTest : public testing::Test {
 protected:
  std::optional<std::string> distrust(const Config& config, const Headers& headers,
                                      std::string_view body = kBody, std::int64_t now_ms = kAt,
                                      std::string public_url = "") {
    const auto verifier = Verifier::create(config);
    EXPECT_TRUE(verifier) << verifier.error().message;
    const auto block = testkit::header_block(headers);
    return verifier->distrust(host_.host(), {.request = {.method = "POST",
                                                         .path = "/webhooks/phone",
                                                         .public_url = std::move(public_url),
                                                         .received_at_ms = now_ms},
                                             .body = body,
                                             .header_block = block});
  }
  bool trusts(const Config& config, const Headers& headers, std::string_view body = kBody,
              std::int64_t now_ms = kAt) {
    return !distrust(config, headers, body, now_ms);
  }

  testkit::FakeHost host_;
};

struct Way {
  const char* name;
  Config config;
  Headers headers;  // The first one is the proof.
  bool covers_the_body = true;
};
Way standard(std::string signatures = "v1," + kStandard) {
  return {"standard_webhooks",
          kStandardWebhooks,
          {{"webhook-signature", std::move(signatures)},
           {"webhook-timestamp", "1767225600"},
           {"webhook-id", "msg_1"}}};
}
std::vector<Way> ways() {
  return {{"bearer", kBearer, {{"Authorization", "Bearer the-token"}}, false},
          {"secret", kSecret, {{"X-Vapi-Secret", "the-secret"}}, false},
          {"hmac", kHmac, {{"x-signature", kWithTimestamp}, {"x-timestamp", "1767225600"}}},
          {"x_vapi_signature", kVapiSignature, {{"X-VAPI-Signature", "sha256=" + kBodyAlone}}},
          {"x_vapi_signature_bare", kVapiSignature, {{"X-VAPI-Signature", kBodyAlone}}},
          standard()};
}

class EachWay : public SignatureTest, public testing::WithParamInterface<Way> {};
INSTANTIATE_TEST_SUITE_P(Signature, EachWay, testing::ValuesIn(ways()),
                         [](const auto& way) { return way.param.name; });

TEST_P(EachWay, VerifiesUnderHeaderNamesOfAnyLetterCase) {
  const auto& [name, config, headers, covers] = GetParam();
  auto upper = headers;
  auto lower = headers;
  for (auto& [header, value] : upper)
    for (char& c : header) c = static_cast<char>(std::toupper(c));
  for (auto& [header, value] : lower)
    for (char& c : header) c = static_cast<char>(std::tolower(c));
  EXPECT_EQ(distrust(config, headers), std::nullopt);
  EXPECT_EQ(distrust(config, upper), std::nullopt);
  EXPECT_EQ(distrust(config, lower), std::nullopt);
}

TEST_P(EachWay, RefusesAnotherBody) {
  const auto& [name, config, headers, covers] = GetParam();
  std::string changed(kBody);
  changed[3] = 'M';
  EXPECT_EQ(trusts(config, headers, changed), !covers);
}

TEST_P(EachWay, RefusesAnotherKey) {
  auto config = GetParam().config;
  config.secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY4";
  EXPECT_FALSE(trusts(config, GetParam().headers));
}

TEST_P(EachWay, VerifiesByAnEarlierKeyDuringAChange) {
  auto config = GetParam().config;
  config.previous_secrets = {config.secret};
  config.secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY4";
  EXPECT_TRUE(trusts(config, GetParam().headers));
}

TEST_P(EachWay, RefusesAChangedProof) {
  for (const std::size_t from_end : {1U, 5U, 9U}) {
    auto headers = GetParam().headers;
    auto& proof = headers[0].value;
    char& c = proof[proof.size() - from_end];
    c = c == '0' ? '1' : '0';
    EXPECT_FALSE(trusts(GetParam().config, headers)) << proof;
  }
  auto shorter = GetParam().headers;
  shorter[0].value.pop_back();
  EXPECT_FALSE(trusts(GetParam().config, shorter));
}

TEST_P(EachWay, RefusesAHeaderThatIsMissingEmptyOrDoubled) {
  for (std::size_t i = 0; i < GetParam().headers.size(); ++i) {
    auto missing = GetParam().headers;
    missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(i));
    auto empty = GetParam().headers;
    empty[i].value.clear();
    auto doubled = GetParam().headers;
    doubled.push_back(doubled[i]);
    for (const auto& headers : {missing, empty, doubled})
      EXPECT_FALSE(trusts(GetParam().config, headers));
  }
}

TEST_F(SignatureTest, AcceptsUpperCaseDigits) {
  auto upper = kBodyAlone;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_TRUE(trusts(kVapiSignature, {{"X-VAPI-Signature", upper}}));
}

TEST_F(SignatureTest, RefusesAnotherPrefix) {
  EXPECT_FALSE(trusts(kVapiSignature, {{"X-VAPI-Signature", "sha1=" + kBodyAlone}}));
  EXPECT_FALSE(trusts(kBearer, {{"Authorization", "Basic the-token"}}));
  EXPECT_FALSE(trusts(kBearer, {{"Authorization", "the-token"}}));
}

TEST_F(SignatureTest, TakesTimestampsOfFiveMinutesInSecondsOrMilliseconds) {
  const Headers headers = {{"x-signature", kWithTimestamp}, {"x-timestamp", "1767225600"}};
  for (const std::int64_t off : {-300'000, 300'000})
    EXPECT_TRUE(trusts(kHmac, headers, kBody, kAt + off));
  for (const std::int64_t off : {-300'001, 300'001, 86'400'000})
    EXPECT_FALSE(trusts(kHmac, headers, kBody, kAt + off)) << off;
  for (const auto* timestamp : {"", "soon", "-5", "0", "1767225600.5", "99999999999999999999"})
    EXPECT_FALSE(trusts(kHmac, {{"x-signature", kWithTimestamp}, {"x-timestamp", timestamp}}))
        << timestamp;
  const auto in_ms =
      host_.host().hmac(Digest::sha256, "vapi-hmac-key", "1767225600000." + std::string(kBody));
  std::string hex;
  for (const unsigned char byte : *in_ms) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  EXPECT_TRUE(trusts(kHmac, {{"x-signature", hex}, {"x-timestamp", "1767225600000"}}));
}

TEST_F(SignatureTest, FindsTheRightOneOfSeveralSignatures) {
  const auto other = "v1," + std::string(43, 'A') + "=";
  EXPECT_TRUE(trusts(kStandardWebhooks, standard(other + " v1," + kStandard).headers));
  EXPECT_FALSE(trusts(kStandardWebhooks, standard(other + " v2," + kStandard).headers));
  EXPECT_FALSE(trusts(kStandardWebhooks, standard(other + " " + other + " " + other + " " + other +
                                                  " " + other + " v1," + kStandard)
                                             .headers));
}

TEST_F(SignatureTest, RefusesBase64ThatIsNotStrict) {
  for (const auto* signature : {"XSsNXml5p/LwV468xgfebDX+MGT9IJoipxIazZvOIoQ",
                                "XSsNXml5p/LwV468xgfebDX+MGT9IJoipxIazZvOIoR=",
                                "XSsNXml5p_LwV468xgfebDX-MGT9IJoipxIazZvOIoQ=", "===="})
    EXPECT_FALSE(trusts(kStandardWebhooks, standard("v1," + std::string(signature)).headers))
        << signature;
}

TEST_F(SignatureTest, TakesAWholeStandardWebhooksSecret) {
  auto config = kStandardWebhooks;
  config.secret = "whsec_" + config.secret;
  EXPECT_TRUE(trusts(config, standard().headers));
}

TEST_F(SignatureTest, RefusesAKeyThatIsNotBase64) {
  auto config = kStandardWebhooks;
  config.secret = "not base64!";
  const auto verifier = Verifier::create(config);
  ASSERT_FALSE(verifier);
  EXPECT_EQ(verifier.error().error_class, ErrorClass::config);
}

TEST_F(SignatureTest, TakesEachPointFromTheSettings) {
  Config config = kHmac;
  config.header = "X-Our-Signature";
  config.prefix = "sig=";
  config.algorithm = "sha512";
  config.payload_format = "{method}|{url}|{svix-id}|{timestamp}|{body}|{other}";
  config.timestamp_header = "X-When";
  config.message_id_header = "X-Id";
  config.encoding = "hex";
  const auto digest = host_.host().hmac(
      Digest::sha512, "vapi-hmac-key",
      "POST|https://sol.example/webhooks/phone|id-7|1767225600|" + std::string(kBody) + "|{other}");
  std::string hex = "sig=";
  for (const unsigned char byte : *digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  const Headers headers = {{"X-Our-Signature", hex}, {"X-When", "1767225600"}, {"X-Id", "id-7"}};
  EXPECT_EQ(distrust(config, headers, kBody, kAt, "https://sol.example/webhooks/phone"),
            std::nullopt);
  const auto why = distrust(config, headers, kBody, kAt, "http://10.0.0.7/webhooks/phone");
  ASSERT_TRUE(why);
  EXPECT_NE(why->find("\"http://10.0.0.7/webhooks/phone\""), std::string::npos) << *why;
}

TEST_F(SignatureTest, SaysWhichHeaderIsWrong) {
  EXPECT_EQ(distrust(kSecret, {}), "the header x-vapi-secret is missing, empty or doubled");
  EXPECT_EQ(distrust(kSecret, {{"X-Vapi-Secret", "other"}}),
            "the header x-vapi-secret holds another secret, or not the prefix that is set");
}

}  // namespace
}  // namespace conserje::vapi
