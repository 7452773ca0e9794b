#include "plugin/crypto.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "conserje/cj.h"

namespace conserje {
namespace {

constexpr auto kAuth = CJ_STATUS(CJ_CLASS_AUTH, 0);
constexpr auto kInvalid = CJ_STATUS(CJ_CLASS_PERMANENT, 0);

std::string to_hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

std::string hmac(Crypto& crypto, std::uint32_t algorithm, std::string_view key,
                 std::string_view data) {
  std::array<char, 64> out{};
  std::uint64_t size = 0;
  EXPECT_EQ(crypto.hmac(algorithm, key, data, out.data(), &size), CJ_OK);
  return to_hex({out.data(), size});
}

TEST(Crypto, DigestsAsThePublishedExamplesDo) {  // FIPS 180-4, "abc".
  const auto digest = [](std::uint32_t algorithm) {
    std::array<char, 64> out{};
    std::uint64_t size = 0;
    EXPECT_EQ(Crypto().digest(algorithm, "abc", out.data(), &size), CJ_OK);
    return to_hex({out.data(), size});
  };
  EXPECT_EQ(digest(CJ_SHA1), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(digest(CJ_SHA256), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest(CJ_SHA512),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Crypto, AuthenticatesAsThePublishedExamplesDo) {  // RFC 2202 and 4231, case 2.
  Crypto crypto;
  const auto text = "what do ya want for nothing?";
  EXPECT_EQ(hmac(crypto, CJ_SHA1, "Jefe", text), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hmac(crypto, CJ_SHA256, "Jefe", text),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac(crypto, CJ_SHA512, "Jefe", text),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

TEST(Crypto, AnEmptyKeyIsAKeyOfItsOwn) {
  Crypto crypto;
  const std::string empty = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
  EXPECT_EQ(hmac(crypto, CJ_SHA256, {}, {}), empty);
  EXPECT_NE(hmac(crypto, CJ_SHA256, "secret", {}), empty);
  EXPECT_EQ(hmac(crypto, CJ_SHA256, {}, {}), empty);  // Not the key before.
}

TEST(Crypto, AnUnknownAlgorithmIsNotSupported) {
  Crypto crypto;
  std::array<char, 64> out{};
  std::uint64_t size = 0;
  for (const std::uint32_t algorithm : {0U, 4U, UINT32_MAX}) {
    EXPECT_EQ(crypto.digest(algorithm, "abc", out.data(), &size), CJ_UNSUPPORTED);
    EXPECT_EQ(crypto.hmac(algorithm, "key", "abc", out.data(), &size), CJ_UNSUPPORTED);
  }
}

TEST(Crypto, ComparesTextsOfAnySize) {
  EXPECT_TRUE(Crypto::equal("abc", "abc"));
  EXPECT_TRUE(Crypto::equal({}, {}));
  EXPECT_FALSE(Crypto::equal("abc", "abd"));
  EXPECT_FALSE(Crypto::equal("abc", "ab"));
}

// RFC 8032, section 7.1, test 2.
const std::string kSeed =
    from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
const std::string kPublic =
    from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
const std::string kSignature = from_hex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

TEST(Crypto, SignsWithEd25519FromASeedOrAKeyPair) {
  for (const auto& key : {kSeed, kSeed + kPublic}) {
    std::string out(64, '\0');
    EXPECT_EQ(Crypto::ed25519_sign(key, "\x72", out.data()), CJ_OK);
    EXPECT_EQ(out, kSignature);
  }
  std::string out(64, '\0');
  EXPECT_EQ(Crypto::ed25519_sign("short", "\x72", out.data()), kInvalid);
}

TEST(Crypto, AcceptsNoEd25519SignatureButTheKeys) {
  EXPECT_EQ(Crypto::ed25519_verify(kPublic, "\x72", kSignature), CJ_OK);
  EXPECT_EQ(Crypto::ed25519_verify(kPublic, "\x73", kSignature), kAuth);
  EXPECT_EQ(Crypto::ed25519_verify(kPublic, "\x72", kSignature.substr(1)), kAuth);
  EXPECT_EQ(Crypto::ed25519_verify(kPublic, "\x72", {}), kAuth);
  EXPECT_EQ(Crypto::ed25519_verify("short", "\x72", kSignature), kInvalid);
}

// A key made for this test by `openssl genrsa 2048`; signed by `openssl dgst -sha256 -sign`.
const std::string kModulus = from_hex(
    "a9efa6af6d2cff7d55db6b94b994884b2760d3ccbd24252b660cf2dc937849f8"
    "28e4e58f753b07bc194a1c02fe8e4c3f4da4ed1bf3a274b7e33b100b608310b4"
    "498ffaa90ba3bcde33b375cf5c8f0f93b6f1af29fa936eeaea562d599ce2e420"
    "74c5eb80b71113c03b619844de120784ba1fd5e4dea2c8d3266f4e959b9e05a0"
    "ef48816fd91c72e27523c3d7601258f98cc4b96fdd1e6fec389c95b3101375e1"
    "151e4dd47092bc9f97d89fb7ec294a81bd2c3bee81b9dce37660e2624237ed26"
    "a1f33b39801bf6d43f0b54ded0cbe28b3185660d33a06346602a11358d501183"
    "0ede19dbd754e625f9b4ebe11cd067f819d7dfa726dcb69c4e6a2af985e683db");
const std::string kExponent = from_hex("010001");
const std::string kRsaSignature = from_hex(
    "0e787c32a93a57487ecac6c0fb1d46fb60cd1618a0fb7bafbcc9014b25d3679c"
    "c985a01bae050e24997c1cf4b1945133f61abd3024ccf83be2227206eec02ef0"
    "2e48802bb4336ac682188917dda7630c8644b2322289c16326edd62bd19dc36d"
    "81924d48387dbec22b556938d9c15a8f568ba96c38f10f696202b6e899ac7176"
    "1dda7cd6bed96265696b0e90f6d39d1b79aa2799423fc7ec5ddfe512df9633a5"
    "4ce47c234b27fec00059959fedce0b1787cda6c124da5cd25f683459e97a9792"
    "996b2fda90e2a93c784bd4973c103a640c6649d96c933728fc0fe395896220a3"
    "3f8bcc45fc0a46493ac547cf9b17d75e265369f4f23f4795df8fceb1e036f774");

TEST(Crypto, VerifiesRs256) {
  const Crypto crypto;
  EXPECT_EQ(crypto.rs256_verify(kModulus, kExponent, "header.payload", kRsaSignature), CJ_OK);
  EXPECT_EQ(crypto.rs256_verify('\0' + kModulus, kExponent, "header.payload", kRsaSignature),
            CJ_OK);
  EXPECT_EQ(crypto.rs256_verify(kModulus, kExponent, "header.changed", kRsaSignature), kAuth);
  EXPECT_EQ(crypto.rs256_verify(kModulus, kExponent, "header.payload", "no signature"), kAuth);
}

TEST(Crypto, RefusesRsaKeysThatAreTooShortOrTooLong) {
  const Crypto crypto;
  const auto verify = [&](std::string_view n, std::string_view e) {
    return crypto.rs256_verify(n, e, "header.payload", kRsaSignature);
  };
  EXPECT_EQ(verify(kModulus.substr(1), kExponent), kInvalid);
  EXPECT_EQ(verify(std::string(1025, 'n'), kExponent), kInvalid);
  EXPECT_EQ(verify(kModulus, {}), kInvalid);
  EXPECT_EQ(verify(kModulus, "123456789"), kInvalid);
}

}  // namespace
}  // namespace conserje
