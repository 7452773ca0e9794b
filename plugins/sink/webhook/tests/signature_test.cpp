#include "signature.hpp"

#include <gtest/gtest.h>

#include "conserje/testkit/fake_host.hpp"

namespace conserje::webhook {
namespace {

// The example of the specification.
constexpr std::string_view kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr std::string_view kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::int64_t kTimestamp = 1614265330;
constexpr std::string_view kBody = R"({"test": 2432232314})";

Result<std::string> bad_secret() {
  return Error{ErrorClass::config,
               "secret: after whsec_, 24 to 64 bytes in padded base64 are needed"};
}

TEST(StandardSignature, IsTheOneOfTheSpecificationsExample) {
  const testkit::FakeHost fake;
  const auto key = key_of(kSecret);
  ASSERT_TRUE(key);
  EXPECT_EQ(standard_signature(fake.host(), *key, kId, kTimestamp, kBody),
            Result<std::string>("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
}

TEST(PlainSignature, IsTheOneOfGitHubsExample) {
  const testkit::FakeHost fake;
  const auto key = key_of("It's a Secret to Everybody");
  ASSERT_TRUE(key);
  EXPECT_EQ(plain_signature(fake.host(), *key, "Hello, World!"),
            Result<std::string>(
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"));
}

TEST(KeyOf, TakesATextWithoutThePrefixAsItStands) {
  EXPECT_EQ(key_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            Result<std::string>("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
}

TEST(KeyOf, DecodesWhatFollowsThePrefix) {
  EXPECT_EQ(key_of("whsec_" + to_base64("a key of twenty-four b..")),
            Result<std::string>("a key of twenty-four b.."));
}

TEST(KeyOf, RefusesAKeyOfAnotherLength) {
  EXPECT_EQ(key_of("whsec_" + to_base64(std::string(23, 'k'))), bad_secret());
  EXPECT_EQ(key_of("whsec_" + to_base64(std::string(65, 'k'))), bad_secret());
}

TEST(KeyOf, RefusesBase64ThatIsNotPadded) {
  auto secret = "whsec_" + to_base64(std::string(25, 'k'));
  secret.pop_back();
  EXPECT_EQ(key_of(secret), bad_secret());
}

TEST(Base64, IsThatOfTheRfcsExamples) {
  const std::pair<std::string_view, std::string_view> examples[] = {{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, CarriesEveryByte) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
}

TEST(Base64, IsRefusedWhenItIsNotCanonical) {
  for (const auto* text :
       {"Zg=", "Zg", "Z", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", "Zm-v", "Zg==Zg=="})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

TEST(IsSignable, RefusesWhatWouldEndTheIdOrTheHeader) {
  EXPECT_TRUE(is_signable("evt_01J9-ZKQ3:1/2"));
  for (const auto* id : {"", "a.b", "a b", "a\r\nx-evil: 1", "ñ"})
    EXPECT_FALSE(is_signable(id)) << id;
}

}  // namespace
}  // namespace conserje::webhook
