#include "plugin/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <new>
#include <utility>

#include "conserje/cj.h"

namespace conserje {
namespace {

constexpr std::uint32_t kInvalid = CJ_STATUS(CJ_CLASS_PERMANENT, 0);
constexpr std::uint32_t kFailed = CJ_STATUS(CJ_CLASS_BUG, 0);
constexpr std::uint32_t kNotTheKeys = CJ_STATUS(CJ_CLASS_AUTH, 0);

const unsigned char* bytes(std::string_view text) {
  // Never null: OpenSSL takes a null key for "the last one".
  return reinterpret_cast<const unsigned char*>(text.data() == nullptr ? "" : text.data());
}

template <auto Free>
struct Freer {
  void operator()(auto* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;
using ParamBuild = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;

Number number(std::string_view big_endian) {
  return Number(BN_bin2bn(bytes(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

/// The RSA key of a modulus and an exponent; null when OpenSSL does not take them.
Key rsa_key(std::string_view n, std::string_view e) {
  const auto modulus = number(n);
  const auto exponent = number(e);
  const ParamBuild build(OSSL_PARAM_BLD_new());
  if (!modulus || !exponent || !build ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
    return nullptr;
  const Params params(OSSL_PARAM_BLD_to_param(build.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return Key(key);
}

std::uint32_t verify(EVP_PKEY* key, const EVP_MD* digest, std::string_view data,
                     std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) != 1)
    return kFailed;
  return EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(data),
                          data.size()) == 1
             ? CJ_OK
             : kNotTheKeys;
}

}  // namespace

Crypto::Crypto() : mac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)) {
  const char* const names[] = {"SHA1", "SHA256", "SHA512"};
  for (std::size_t i = 0; i < algorithms_.size(); ++i) {
    algorithms_[i].digest = EVP_MD_fetch(nullptr, names[i], nullptr);
    if (mac_ == nullptr || algorithms_[i].digest == nullptr) throw std::bad_alloc();
    algorithms_[i].size = static_cast<std::size_t>(EVP_MD_get_size(algorithms_[i].digest));
  }
}

Crypto::~Crypto() {
  for (auto& algorithm : algorithms_) {
    algorithm.idle.clear();
    EVP_MD_free(algorithm.digest);
  }
  EVP_MAC_free(mac_);
}

void Crypto::FreeMac::operator()(evp_mac_ctx_st* context) const { EVP_MAC_CTX_free(context); }

const Crypto::Algorithm* Crypto::find(std::uint32_t algorithm) const {
  if (algorithm < CJ_SHA1 || algorithm > CJ_SHA512) return nullptr;
  return &algorithms_[algorithm - CJ_SHA1];
}
Crypto::Algorithm* Crypto::find(std::uint32_t algorithm) {
  return const_cast<Algorithm*>(std::as_const(*this).find(algorithm));
}

Crypto::Mac Crypto::take_mac(Algorithm& algorithm) {
  {
    const std::lock_guard lock(mutex_);
    if (!algorithm.idle.empty()) {
      Mac mac = std::move(algorithm.idle.back());
      algorithm.idle.pop_back();
      return mac;
    }
  }
  Mac mac(EVP_MAC_CTX_new(mac_));
  char* name = const_cast<char*>(EVP_MD_get0_name(algorithm.digest));
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                               OSSL_PARAM_construct_end()};
  if (mac && EVP_MAC_CTX_set_params(mac.get(), params) != 1) mac.reset();
  return mac;
}

void Crypto::give_back(Algorithm& algorithm, Mac mac) {
  const std::lock_guard lock(mutex_);
  algorithm.idle.push_back(std::move(mac));
}

std::uint32_t Crypto::digest(std::uint32_t algorithm, std::string_view data, void* out,
                             std::uint64_t* out_size) const {
  const auto* found = find(algorithm);
  if (found == nullptr) return CJ_UNSUPPORTED;
  if (EVP_Digest(bytes(data), data.size(), static_cast<unsigned char*>(out), nullptr, found->digest,
                 nullptr) != 1)
    return kFailed;
  *out_size = found->size;
  return CJ_OK;
}

std::uint32_t Crypto::hmac(std::uint32_t algorithm, std::string_view key, std::string_view data,
                           void* out, std::uint64_t* out_size) {
  auto* found = find(algorithm);
  if (found == nullptr) return CJ_UNSUPPORTED;
  auto mac = take_mac(*found);
  std::size_t size = 0;
  if (!mac || EVP_MAC_init(mac.get(), bytes(key), key.size(), nullptr) != 1 ||
      EVP_MAC_update(mac.get(), bytes(data), data.size()) != 1 ||
      EVP_MAC_final(mac.get(), static_cast<unsigned char*>(out), &size, 64) != 1)
    return kFailed;
  give_back(*found, std::move(mac));
  *out_size = size;
  return CJ_OK;
}

bool Crypto::equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(bytes(a), bytes(b), a.size()) == 0;
}

std::uint32_t Crypto::ed25519_sign(std::string_view key, std::string_view data, void* out) {
  if (key.size() != 32 && key.size() != 64) return kInvalid;
  const Key private_key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(key), 32));
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t size = 64;
  if (!private_key || !context ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, private_key.get()) != 1 ||
      EVP_DigestSign(context.get(), static_cast<unsigned char*>(out), &size, bytes(data),
                     data.size()) != 1)
    return kFailed;
  return CJ_OK;
}

std::uint32_t Crypto::ed25519_verify(std::string_view public_key, std::string_view data,
                                     std::string_view signature) {
  if (public_key.size() != 32) return kInvalid;
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(public_key), 32));
  if (!key) return kInvalid;
  return verify(key.get(), nullptr, data, signature);
}

std::uint32_t Crypto::rs256_verify(std::string_view n, std::string_view e, std::string_view data,
                                   std::string_view signature) const {
  constexpr std::size_t kLeast = 2048 / 8;
  constexpr std::size_t kMost = 8192 / 8;
  while (n.starts_with('\0')) n.remove_prefix(1);
  if (n.size() < kLeast || n.size() > kMost || e.empty() || e.size() > 8) return kInvalid;
  const Key key = rsa_key(n, e);
  if (!key) return kInvalid;
  return verify(key.get(), find(CJ_SHA256)->digest, data, signature);
}

}  // namespace conserje
