#include "conserje/testkit/fake_host.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <memory>
#include <random>

namespace conserje::testkit {

/// The C functions behind the tables; ctx is the FakeHost.
struct FakeServices {
  static FakeHost& self(void* ctx) { return *static_cast<FakeHost*>(ctx); }

  static void log(void* ctx, std::uint32_t level, cj_str message, cj_str fields) {
    const std::lock_guard lock(self(ctx).mutex_);
    self(ctx).log_lines.push_back({level, std::string(view(message)), std::string(view(fields))});
  }

  static std::string describe(const http::HttpCall& call, std::string_view body) {
    return call.method + " " + call.url + " " + std::string(body);
  }

  static Result<HttpResponse> exchange(FakeHost& host, const http::HttpCall& call,
                                       std::string_view body) {
    std::unique_lock lock(host.mutex_);
    host.sent.push_back({call, std::string(body)});
    if (host.expected_.empty()) {
      const auto answer = host.answer_http_;
      lock.unlock();
      if (answer) return answer(call, body);
      return Error{ErrorClass::bug, "no HTTP exchange is expected, found " + describe(call, body)};
    }
    const Exchange expected = host.expected_.front();
    host.expected_.pop_front();
    if (expected.method != call.method || expected.url != call.url || expected.body != body)
      return Error{ErrorClass::bug, "expected " + expected.method + " " + expected.url + " " +
                                        expected.body + ", found " + describe(call, body)};
    for (const auto& header : expected.headers)
      if (std::find(call.headers.begin(), call.headers.end(), header) == call.headers.end())
        return Error{ErrorClass::bug, "expected the header " + header.name + ": " + header.value};
    return expected.response;
  }

  static void send(void* ctx, const cj_call*, const cj_request* wire, cj_result* result) {
    const Request request = to_request(wire);
    const auto call = decode<http::HttpCall>(request.head);
    if (!call) return fill(result, call.error());
    const auto body = request.attachments.empty() ? std::string_view() : request.attachments[0];
    auto response = exchange(self(ctx), *call, body);
    if (!response) return fill(result, response.error());
    fill(result, Reply{.head = encode(http::HttpReply{response->status, response->headers}),
                       .attachments = {response->body}});
  }

  static std::uint32_t kv_get(void* ctx, cj_str key, cj_buf* value, std::uint64_t* revision) {
    const std::lock_guard lock(self(ctx).mutex_);
    const auto found = self(ctx).kv.find(std::string(view(key)));
    if (found == self(ctx).kv.end()) return CJ_NOT_FOUND;
    *value = to_buffer(found->second.value);
    *revision = found->second.revision;
    return CJ_OK;
  }
  static std::uint32_t kv_put(void* ctx, cj_str key, cj_str value, std::uint64_t expected,
                              std::uint64_t* revision) {
    if (key.size > 256 || value.size > 65536) return CJ_TOO_LARGE;
    const std::lock_guard lock(self(ctx).mutex_);
    const auto found = self(ctx).kv.find(std::string(view(key)));
    const std::uint64_t stored = found == self(ctx).kv.end() ? 0 : found->second.revision;
    if (expected != CJ_KV_ANY && expected != stored) return CJ_CONFLICT;
    self(ctx).kv[std::string(view(key))] = {std::string(view(value)), stored + 1};
    *revision = stored + 1;
    return CJ_OK;
  }
  static std::uint32_t kv_remove(void* ctx, cj_str key, std::uint64_t expected) {
    const std::lock_guard lock(self(ctx).mutex_);
    const auto found = self(ctx).kv.find(std::string(view(key)));
    if (found == self(ctx).kv.end()) return CJ_NOT_FOUND;
    if (expected != CJ_KV_ANY && expected != found->second.revision) return CJ_CONFLICT;
    self(ctx).kv.erase(found);
    return CJ_OK;
  }
  static std::uint32_t kv_list(void* ctx, cj_str prefix, cj_buf* keys) {
    const std::lock_guard lock(self(ctx).mutex_);
    Json out = Json::array();
    for (const auto& [key, entry] : self(ctx).kv)
      if (key.starts_with(view(prefix))) out.push_back(key);
    *keys = to_buffer(out.dump());
    return CJ_OK;
  }

  static void add(void* ctx, cj_str name, cj_str labels, double value) {
    const std::lock_guard lock(self(ctx).mutex_);
    self(ctx).metrics[std::string(view(name)) + std::string(view(labels))] += value;
  }
  static void set(void* ctx, cj_str name, cj_str labels, double value) {
    const std::lock_guard lock(self(ctx).mutex_);
    self(ctx).metrics[std::string(view(name)) + std::string(view(labels))] = value;
  }

  static std::int64_t wall_ms(void* ctx) { return self(ctx).now_ms; }
  static std::uint64_t monotonic_ns(void* ctx) { return self(ctx).monotonic_ns; }

  static std::uint32_t secret(void* ctx, cj_str handle, cj_buf* value) {
    const std::lock_guard lock(self(ctx).mutex_);
    const auto found = self(ctx).secrets.find(std::string(view(handle)));
    if (found == self(ctx).secrets.end()) return CJ_NOT_FOUND;
    *value = to_buffer(found->second);
    return CJ_OK;
  }

  static void emit(void* ctx, const cj_call*, const cj_request* wire, cj_result* result) {
    const auto events = decode<channel::EmitRequest>(to_request(wire).head);
    if (!events) return fill(result, events.error());
    std::unique_lock lock(self(ctx).mutex_);
    self(ctx).emitted.push_back(*events);
    const auto answer = self(ctx).answer_emit_;
    auto reply = Result<channel::EmitReply>(self(ctx).emit_reply);
    lock.unlock();
    if (answer) reply = answer(*events);
    if (!reply) return fill(result, reply.error());
    fill(result, Reply{.head = encode(*reply)});
  }

  static std::uint32_t timer_set(void* ctx, cj_str name, std::uint64_t after_ms,
                                 std::uint64_t every_ms) {
    const std::lock_guard lock(self(ctx).mutex_);
    self(ctx).timers[std::string(view(name))] = {after_ms, every_ms};
    return CJ_OK;
  }
  static std::uint32_t timer_clear(void* ctx, cj_str name) {
    const std::lock_guard lock(self(ctx).mutex_);
    return self(ctx).timers.erase(std::string(view(name))) == 1 ? CJ_OK : CJ_NOT_FOUND;
  }

  static void random(void* ctx, void* out, std::uint64_t size) {
    const std::lock_guard lock(self(ctx).mutex_);
    std::mt19937_64 engine(self(ctx).random_seed++);
    auto* bytes = static_cast<unsigned char*>(out);
    for (std::uint64_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(engine());
  }

  static const EVP_MD* algorithm_of(std::uint32_t algorithm) {
    switch (algorithm) {
      case CJ_SHA1: return EVP_sha1();
      case CJ_SHA256: return EVP_sha256();
      case CJ_SHA512: return EVP_sha512();
      default: return nullptr;
    }
  }
  static std::uint32_t digest(void*, std::uint32_t algorithm, cj_str data, void* out,
                              std::uint64_t* out_size) {
    const auto* md = algorithm_of(algorithm);
    unsigned size = 0;
    if (md == nullptr) return CJ_UNSUPPORTED;
    EVP_Digest(data.data, data.size, static_cast<unsigned char*>(out), &size, md, nullptr);
    *out_size = size;
    return CJ_OK;
  }
  static std::uint32_t hmac(void*, std::uint32_t algorithm, cj_str key, cj_str data, void* out,
                            std::uint64_t* out_size) {
    const auto* md = algorithm_of(algorithm);
    unsigned size = 0;
    if (md == nullptr) return CJ_UNSUPPORTED;
    HMAC(md, key.size == 0 ? "" : key.data, static_cast<int>(key.size),
         reinterpret_cast<const unsigned char*>(data.data), data.size,
         static_cast<unsigned char*>(out), &size);
    *out_size = size;
    return CJ_OK;
  }
  static std::uint32_t equal(void*, cj_str a, cj_str b) {
    return a.size == b.size && (a.size == 0 || CRYPTO_memcmp(a.data, b.data, a.size) == 0) ? 1 : 0;
  }

  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
  static const unsigned char* bytes(cj_str text) {
    return reinterpret_cast<const unsigned char*>(text.data);
  }

  static std::uint32_t ed25519_sign(void*, cj_str key, cj_str data, void* out) {
    if (key.size != 32 && key.size != 64) return CJ_STATUS(CJ_CLASS_PERMANENT, 0);
    const Key pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes(key), 32),
                   EVP_PKEY_free);
    const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::size_t size = 64;
    const bool ok = EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pkey.get()) == 1 &&
                    EVP_DigestSign(context.get(), static_cast<unsigned char*>(out), &size,
                                   bytes(data), data.size) == 1;
    return ok ? CJ_OK : CJ_STATUS(CJ_CLASS_PERMANENT, 0);
  }
  static std::uint32_t verify(EVP_PKEY* key, const EVP_MD* md, cj_str data, cj_str signature) {
    const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const bool ok =
        key != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, md, nullptr, key) == 1 &&
        EVP_DigestVerify(context.get(), bytes(signature), signature.size, bytes(data), data.size) ==
            1;
    return ok ? CJ_OK : CJ_STATUS(CJ_CLASS_AUTH, 0);
  }
  static std::uint32_t ed25519_verify(void*, cj_str public_key, cj_str data, cj_str signature) {
    const Key key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(public_key), public_key.size),
        EVP_PKEY_free);
    return verify(key.get(), nullptr, data, signature);
  }
  static std::uint32_t rs256_verify(void*, cj_str n, cj_str e, cj_str data, cj_str signature) {
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> modulus(
        BN_bin2bn(bytes(n), static_cast<int>(n.size), nullptr), BN_free);
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> exponent(
        BN_bin2bn(bytes(e), static_cast<int>(e.size), nullptr), BN_free);
    const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder(
        OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
    const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> params(
        OSSL_PARAM_BLD_to_param(builder.get()), OSSL_PARAM_free);
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
        EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
    EVP_PKEY* raw = nullptr;
    EVP_PKEY_fromdata_init(context.get());
    EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, params.get());
    const Key key(raw, EVP_PKEY_free);
    return verify(key.get(), EVP_sha256(), data, signature);
  }

  static const cj_ext_header* find(void*, cj_str id);
};

namespace {

template <class T>
constexpr cj_ext_header header_of() {
  return {sizeof(T), 1, 0};
}
constexpr cj_log_v1 kLog = {header_of<cj_log_v1>(), FakeServices::log};
constexpr cj_http_v1 kHttp = {header_of<cj_http_v1>(), FakeServices::send};
constexpr cj_kv_v1 kKv = {header_of<cj_kv_v1>(), FakeServices::kv_get, FakeServices::kv_put,
                          FakeServices::kv_remove, FakeServices::kv_list};
constexpr cj_metrics_v1 kMetrics = {header_of<cj_metrics_v1>(), FakeServices::add,
                                    FakeServices::set, FakeServices::add};
constexpr cj_clock_v1 kClock = {header_of<cj_clock_v1>(), FakeServices::wall_ms,
                                FakeServices::monotonic_ns};
constexpr cj_secrets_v1 kSecrets = {header_of<cj_secrets_v1>(), FakeServices::secret};
constexpr cj_emit_v1 kEmit = {header_of<cj_emit_v1>(), FakeServices::emit};
constexpr cj_timer_v1 kTimer = {header_of<cj_timer_v1>(), FakeServices::timer_set,
                                FakeServices::timer_clear};
constexpr cj_random_v1 kRandom = {header_of<cj_random_v1>(), FakeServices::random};
constexpr cj_crypto_v1 kCrypto = {header_of<cj_crypto_v1>(),  FakeServices::digest,
                                  FakeServices::hmac,         FakeServices::equal,
                                  FakeServices::ed25519_sign, FakeServices::ed25519_verify,
                                  FakeServices::rs256_verify};

}  // namespace

const cj_ext_header* FakeServices::find(void*, cj_str id) {
  struct Entry {
    std::string_view id;
    const cj_ext_header* header;
  };
  static constexpr Entry kTable[] = {
      {"cj.log/1", &kLog.header},       {"cj.http/1", &kHttp.header},
      {"cj.kv/1", &kKv.header},         {"cj.metrics/1", &kMetrics.header},
      {"cj.clock/1", &kClock.header},   {"cj.secrets/1", &kSecrets.header},
      {"cj.emit/1", &kEmit.header},     {"cj.timer/1", &kTimer.header},
      {"cj.random/1", &kRandom.header}, {"cj.crypto/1", &kCrypto.header},
  };
  for (const auto& entry : kTable)
    if (entry.id == view(id)) return entry.header;
  return nullptr;
}

FakeHost::FakeHost() {
  host_.size = sizeof host_;
  host_.abi = CJ_ABI_VERSION;
  host_.ctx = this;
  host_.get_extension = FakeServices::find;
}

void FakeHost::expect(Exchange exchange) {
  const std::lock_guard lock(mutex_);
  expected_.push_back(std::move(exchange));
}

std::size_t FakeHost::unmet() const {
  const std::lock_guard lock(mutex_);
  return expected_.size();
}

void FakeHost::answer_http(
    std::function<Result<HttpResponse>(const http::HttpCall&, std::string_view)> answer) {
  const std::lock_guard lock(mutex_);
  answer_http_ = std::move(answer);
}

void FakeHost::answer_emit(
    std::function<Result<channel::EmitReply>(const channel::EmitRequest&)> answer) {
  const std::lock_guard lock(mutex_);
  answer_emit_ = std::move(answer);
}

FakeCall::FakeCall(const FakeHost& host, std::chrono::milliseconds timeout, std::string key)
    : idempotency_key(std::move(key)) {
  wire.size = sizeof wire;
  wire.attempt = 1;
  wire.call_id = 1;
  wire.deadline_ns =
      host.monotonic_ns + static_cast<std::uint64_t>(std::chrono::nanoseconds(timeout).count());
  wire.idempotency_key = to_c(idempotency_key);
}

std::string header_block(const std::vector<http::HttpHeader>& headers) {
  std::string block;
  for (const auto& header : headers) block += header.name + ": " + header.value + "\r\n";
  return block;
}

}  // namespace conserje::testkit
