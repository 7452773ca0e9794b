#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

struct evp_mac_ctx_st;
struct evp_mac_st;
struct evp_md_st;

namespace conserje {

/// The arithmetic behind cj.crypto/1, by OpenSSL: statuses and sizes are those of cj.h. Fetches
/// each algorithm once, because a fetch costs more than the HMAC of a webhook. Threads: any.
class Crypto {
 public:
  Crypto();
  ~Crypto();
  Crypto(const Crypto&) = delete;
  Crypto& operator=(const Crypto&) = delete;

  /// algorithm: CJ_SHA1, CJ_SHA256 or CJ_SHA512. out: room for 64 bytes; *out_size: how many there
  /// are.
  std::uint32_t digest(std::uint32_t algorithm, std::string_view data, void* out,
                       std::uint64_t* out_size) const;
  std::uint32_t hmac(std::uint32_t algorithm, std::string_view key, std::string_view data,
                     void* out, std::uint64_t* out_size);
  static bool equal(std::string_view a, std::string_view b);
  /// key: 32 bytes of seed, or 64 of seed and public key; out: 64 bytes.
  static std::uint32_t ed25519_sign(std::string_view key, std::string_view data, void* out);
  static std::uint32_t ed25519_verify(std::string_view public_key, std::string_view data,
                                      std::string_view signature);
  /// n: 2048 to 8192 bits; e: at most 64.
  std::uint32_t rs256_verify(std::string_view n, std::string_view e, std::string_view data,
                             std::string_view signature) const;

 private:
  struct FreeMac {
    void operator()(evp_mac_ctx_st* context) const;
  };
  using Mac = std::unique_ptr<evp_mac_ctx_st, FreeMac>;
  struct Algorithm {
    evp_md_st* digest = nullptr;
    std::size_t size = 0;     // Bytes of a digest.
    std::vector<Mac> idle{};  // Guarded by mutex_.
  };
  Algorithm* find(std::uint32_t algorithm);
  const Algorithm* find(std::uint32_t algorithm) const;
  Mac take_mac(Algorithm& algorithm);
  void give_back(Algorithm& algorithm, Mac mac);

  evp_mac_st* mac_;
  std::array<Algorithm, 3> algorithms_;  // In the order of CJ_SHA*.
  std::mutex mutex_;
};

}  // namespace conserje
