#include "plugin/services/context.hpp"

namespace conserje {
namespace {

/// Runs body(crypto, texts...) when all of the texts point somewhere.
template <class F, class... Texts>
std::uint32_t with_texts(void* ctx, F&& body, Texts... texts) {
  return serve_status(ctx, [&](ServiceContext& context) -> std::uint32_t {
    if (!(context.text(texts).has_value() && ...)) return kMisused;
    return body(context.crypto, view(texts)...);
  });
}

constexpr cj_crypto_v1 kTable = {
    {sizeof(cj_crypto_v1), 1, 0},
    [](void* ctx, std::uint32_t algorithm, cj_str data, void* out, std::uint64_t* out_size) {
      return with_texts(
          ctx,
          [&](Crypto& crypto, auto bytes) {
            return crypto.digest(algorithm, bytes, out, out_size);
          },
          data);
    },
    [](void* ctx, std::uint32_t algorithm, cj_str key, cj_str data, void* out,
       std::uint64_t* out_size) {
      return with_texts(
          ctx,
          [&](Crypto& crypto, auto secret, auto bytes) {
            return crypto.hmac(algorithm, secret, bytes, out, out_size);
          },
          key, data);
    },
    [](void* ctx, cj_str a, cj_str b) -> std::uint32_t {
      return serve<std::uint32_t>(ctx, 0, 0, [&](ServiceContext& context) -> std::uint32_t {
        const auto left = context.text(a);
        const auto right = context.text(b);
        return left && right && Crypto::equal(*left, *right) ? 1 : 0;
      });
    },
    [](void* ctx, cj_str key, cj_str data, void* out) {
      return with_texts(
          ctx,
          [&](Crypto&, auto secret, auto bytes) {
            return Crypto::ed25519_sign(secret, bytes, out);
          },
          key, data);
    },
    [](void* ctx, cj_str public_key, cj_str data, cj_str signature) {
      return with_texts(
          ctx,
          [](Crypto&, auto key, auto bytes, auto signed_by) {
            return Crypto::ed25519_verify(key, bytes, signed_by);
          },
          public_key, data, signature);
    },
    [](void* ctx, cj_str n, cj_str e, cj_str data, cj_str signature) {
      return with_texts(
          ctx,
          [](Crypto& crypto, auto modulus, auto exponent, auto bytes, auto signed_by) {
            return crypto.rs256_verify(modulus, exponent, bytes, signed_by);
          },
          n, e, data, signature);
    }};

}  // namespace

const cj_ext_header* crypto_service(const ServiceContext&) { return &kTable.header; }

}  // namespace conserje
