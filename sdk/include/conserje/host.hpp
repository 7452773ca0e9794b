#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conserje/channel_types.hpp"
#include "conserje/cj.h"
#include "conserje/http_types.hpp"
#include "conserje/json.hpp"
#include "conserje/wire.hpp"

namespace conserje {

/// The circumstances of one call: how long it may take, on whose behalf, and whether anybody still
/// waits for it. Borrowed from the caller; valid until the call returns.
class Call {
 public:
  /// `call` is borrowed: it outlives this object.
  explicit Call(const cj_call* call) : call_(sized_copy(call)) {}

  /// Unique in the host's process; what Plugin::cancel names.
  std::uint64_t id() const { return call_.call_id; }
  /// 1 at the first try.
  std::uint32_t attempt() const { return call_.attempt; }
  /// A W3C traceparent, or empty. Borrowed, as the two below.
  std::string_view trace_id() const { return view(call_.trace_id); }
  /// The same key means the same effect; empty: none.
  std::string_view idempotency_key() const { return view(call_.idempotency_key); }
  /// On whose behalf.
  std::string_view tenant() const { return view(call_.tenant); }
  /// Of the host's monotonic clock; 0: none.
  std::uint64_t deadline_ns() const { return call_.deadline_ns; }
  /// Nobody waits for the answer any more. Threads: any.
  bool cancelled() const {
    return call_.cancelled != nullptr && __atomic_load_n(call_.cancelled, __ATOMIC_RELAXED) != 0;
  }
  /// The same for functions of cj.h.
  const cj_call* wire() const { return &call_; }

 private:
  cj_call call_;
};

/// A value of cj.kv/1 and the revision that `put` and `remove` compare with.
struct KvEntry {
  std::string value{};         ///< At most 64 KiB.
  std::uint64_t revision = 0;  ///< From 1; grows with each put.

  bool operator==(const KvEntry&) const = default;
};

/// What an HTTP exchange brought back.
struct HttpResponse {
  std::int64_t status = 0;                  ///< Of HTTP, such as 404.
  std::vector<http::HttpHeader> headers{};  ///< As they came, in order.
  std::string body{};                       ///< Whole; at most max_response_bytes.

  /// The first header of that name, which is given in lower case.
  std::optional<std::string_view> header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers) {
      if (name.size() != lower_case_name.size()) continue;
      bool same = true;
      for (std::size_t i = 0; i < name.size() && same; ++i) {
        const char c =
            name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
        same = c == lower_case_name[i];
      }
      if (same) return value;
    }
    return std::nullopt;
  }
};

/// The hash functions of cj.crypto/1.
enum class Digest : std::uint32_t {
  sha1 = CJ_SHA1,      ///< 20 bytes; for vendors that still sign with it.
  sha256 = CJ_SHA256,  ///< 32 bytes.
  sha512 = CJ_SHA512,  ///< 64 bytes.
};

/// The host's services, typed. Copyable and cheap; valid until the instance is destroyed. A service
/// that this host does not offer answers Error{config}. Threads: any, unless a function says
/// otherwise.
class Host {
 public:
  /// One field of a log line.
  using LogField = std::pair<const char*, Json>;

  /// Looks up every service once. `host` is valid until the instance's destroy returns.
  explicit Host(const cj_host* host)
      : host_(sized_copy(host)),
        log_(find<cj_log_v1>("cj.log/1")),
        http_(find<cj_http_v1>("cj.http/1")),
        kv_(find<cj_kv_v1>("cj.kv/1")),
        metrics_(find<cj_metrics_v1>("cj.metrics/1")),
        clock_(find<cj_clock_v1>("cj.clock/1")),
        secrets_(find<cj_secrets_v1>("cj.secrets/1")),
        emit_(find<cj_emit_v1>("cj.emit/1")),
        timer_(find<cj_timer_v1>("cj.timer/1")),
        random_(find<cj_random_v1>("cj.random/1")),
        crypto_(find<cj_crypto_v1>("cj.crypto/1")) {}

  // ---- cj.log/1: a constant message, and fields beside it. No secrets, no personal data.
  /// For whoever writes the plugin. At most 32 fields, as in the three below.
  void debug(std::string_view message, std::vector<LogField> fields = {}) const {
    log(CJ_LOG_DEBUG, message, fields);
  }
  /// A state changed.
  void info(std::string_view message, std::vector<LogField> fields = {}) const {
    log(CJ_LOG_INFO, message, fields);
  }
  /// Something was wrong, and it was coped with.
  void warn(std::string_view message, std::vector<LogField> fields = {}) const {
    log(CJ_LOG_WARN, message, fields);
  }
  /// A person must act.
  void error(std::string_view message, std::vector<LogField> fields = {}) const {
    log(CJ_LOG_ERROR, message, fields);
  }

  // ---- cj.http/1
  /// One exchange; blocks until the answer or the call's deadline. Every HTTP status is a value.
  /// Errors: retry, nothing was sent; deadline, the outcome is unknown; config, the URL or its
  /// address is not allowed.
  Result<HttpResponse> http(const Call& call, const http::HttpCall& request,
                            std::string_view body = {}) const {
    if (http_.send == nullptr) return missing("cj.http/1");
    const std::string head = encode(request);
    const cj_str attachment = to_c(body);
    const cj_request wire{sizeof(cj_request), 0, to_c(head), &attachment, 1};
    cj_result result = empty_result();
    http_.send(host_.ctx, call.wire(), &wire, &result);
    auto reply = take(result);
    if (!reply) return reply.error();
    auto decoded = decode<http::HttpReply>(std::string_view(reply->head));
    if (!decoded) return Error{ErrorClass::bug, "cj.http/1: " + decoded.error().message};
    return HttpResponse{
        .status = decoded->status,
        .headers = std::move(decoded->headers),
        .body = reply->attachments.empty() ? std::string() : std::move(reply->attachments[0])};
  }

  // ---- cj.kv/1: small durable values of this instance.
  /// The entry of `key`; nullopt when there is none.
  Result<std::optional<KvEntry>> kv_get(std::string_view key) const {
    if (kv_.get == nullptr) return missing("cj.kv/1");
    cj_buf value{};
    std::uint64_t revision = 0;
    const auto status = kv_.get(host_.ctx, to_c(key), &value, &revision);
    std::optional<KvEntry> entry;
    if (status == CJ_OK) entry = KvEntry{std::string(view(value)), revision};
    release(value);
    if (status != CJ_OK && status != CJ_NOT_FOUND) return failed("cj.kv/1 get", status);
    return entry;
  }
  /// Stores `value`. expected: CJ_KV_ANY, 0 (must not exist yet) or the revision that must stand
  /// there now. The result: the new revision; nullopt when another one stood there and nothing was
  /// changed.
  Result<std::optional<std::uint64_t>> kv_put(std::string_view key, std::string_view value,
                                              std::uint64_t expected = CJ_KV_ANY) const {
    if (kv_.put == nullptr) return missing("cj.kv/1");
    std::uint64_t revision = 0;
    const auto status = kv_.put(host_.ctx, to_c(key), to_c(value), expected, &revision);
    if (status == CJ_CONFLICT) return std::optional<std::uint64_t>();
    if (status != CJ_OK) return failed("cj.kv/1 put", status);
    return std::optional(revision);
  }
  /// Removes `key` if it is there.
  Status kv_remove(std::string_view key) const {
    if (kv_.remove == nullptr) return missing("cj.kv/1");
    const auto status = kv_.remove(host_.ctx, to_c(key), CJ_KV_ANY);
    if (status != CJ_OK && status != CJ_NOT_FOUND) return failed("cj.kv/1 remove", status);
    return Done{};
  }
  /// The keys that begin with `prefix`, in byte order.
  Result<std::vector<std::string>> kv_list(std::string_view prefix) const {
    if (kv_.list == nullptr) return missing("cj.kv/1");
    cj_buf keys{};
    const auto status = kv_.list(host_.ctx, to_c(prefix), &keys);
    const std::string text(view(keys));
    release(keys);
    if (status != CJ_OK) return failed("cj.kv/1 list", status);
    const auto json = parse_json(text);
    if (!json) return json.error();
    std::vector<std::string> out;
    for (const auto& key : *json) out.push_back(key.get<std::string>());
    return out;
  }

  // ---- cj.metrics/1: labels from closed sets.
  /// Adds to a counter; it ends in _total. `labels`: an object of texts. Dropped on a host without
  /// metrics, as the two below.
  void count(std::string_view name, const Json& labels = nullptr, double by = 1) const {
    if (metrics_.add != nullptr) metrics_.add(host_.ctx, to_c(name), to_c(dump(labels)), by);
  }
  /// Sets a gauge.
  void gauge(std::string_view name, double value, const Json& labels = nullptr) const {
    if (metrics_.set != nullptr) metrics_.set(host_.ctx, to_c(name), to_c(dump(labels)), value);
  }
  /// Adds to a histogram of seconds.
  void observe(std::string_view name, double seconds, const Json& labels = nullptr) const {
    if (metrics_.observe != nullptr)
      metrics_.observe(host_.ctx, to_c(name), to_c(dump(labels)), seconds);
  }

  // ---- cj.clock/1
  /// UTC, ms since 1970; 0 on a host without a clock.
  std::int64_t now_ms() const { return clock_.wall_ms == nullptr ? 0 : clock_.wall_ms(host_.ctx); }
  /// The clock of Call::deadline_ns.
  std::uint64_t monotonic_ns() const {
    return clock_.monotonic_ns == nullptr ? 0 : clock_.monotonic_ns(host_.ctx);
  }

  // ---- cj.secrets/1
  /// The value behind a handle from the config. Keep it no longer than needed and never log it.
  Result<std::string> secret(std::string_view handle) const {
    if (secrets_.get == nullptr) return missing("cj.secrets/1");
    cj_buf value{};
    const auto status = secrets_.get(host_.ctx, to_c(handle), &value);
    std::string text(view(value));
    release(value);
    if (status != CJ_OK) return failed("cj.secrets/1", status);
    return text;
  }

  // ---- cj.emit/1
  /// Hands inbound events to the host; blocks until they are stored (with `wait`, until they are
  /// answered too). Threads: any but inside an invoke.
  Result<channel::EmitReply> emit(const channel::EmitRequest& events,
                                  std::chrono::milliseconds timeout) const {
    if (emit_.emit == nullptr) return missing("cj.emit/1");
    cj_call call{};
    call.size = sizeof call;
    call.attempt = 1;
    call.deadline_ns =
        monotonic_ns() + static_cast<std::uint64_t>(std::chrono::nanoseconds(timeout).count());
    const std::string head = encode(events);
    const cj_request wire{sizeof(cj_request), 0, to_c(head), nullptr, 0};
    cj_result result = empty_result();
    emit_.emit(host_.ctx, &call, &wire, &result);
    const auto reply = take(result);
    if (!reply) return reply.error();
    return decode<channel::EmitReply>(std::string_view(reply->head));
  }

  // ---- cj.timer/1
  /// Plugin::on_timer(name) is called after `after`, then every `every` (zero: once; at least 100
  /// ms). A name that is set again is replaced. Errors: permanent, there are 64 names already.
  Status set_timer(std::string_view name, std::chrono::milliseconds after,
                   std::chrono::milliseconds every = {}) const {
    if (timer_.set == nullptr) return missing("cj.timer/1");
    const auto status = timer_.set(host_.ctx, to_c(name), static_cast<std::uint64_t>(after.count()),
                                   static_cast<std::uint64_t>(every.count()));
    if (status != CJ_OK) return failed("cj.timer/1", status);
    return Done{};
  }
  /// Forgets a timer; one that is not set is no error.
  void clear_timer(std::string_view name) const {
    if (timer_.clear != nullptr) timer_.clear(host_.ctx, to_c(name));
  }

  // ---- cj.random/1
  /// Fills `out` with bytes that nobody can guess; left as it is on a host without randomness.
  void random(std::span<std::byte> out) const {
    if (random_.fill != nullptr) random_.fill(host_.ctx, out.data(), out.size());
  }

  // ---- cj.crypto/1: raw bytes in, raw bytes out.
  /// The hash of `data`, as raw bytes. Errors: config, bug.
  Result<std::string> digest(Digest algorithm, std::string_view data) const {
    if (crypto_.digest == nullptr) return missing("cj.crypto/1");
    std::array<char, 64> out{};
    std::uint64_t size = 0;
    const auto status = crypto_.digest(host_.ctx, static_cast<std::uint32_t>(algorithm), to_c(data),
                                       out.data(), &size);
    if (status != CJ_OK) return failed("cj.crypto/1 digest", status);
    return std::string(out.data(), size);
  }
  /// The HMAC of `data`, as raw bytes. Errors: config, bug.
  Result<std::string> hmac(Digest algorithm, std::string_view key, std::string_view data) const {
    if (crypto_.hmac == nullptr) return missing("cj.crypto/1");
    std::array<char, 64> out{};
    std::uint64_t size = 0;
    const auto status = crypto_.hmac(host_.ctx, static_cast<std::uint32_t>(algorithm), to_c(key),
                                     to_c(data), out.data(), &size);
    if (status != CJ_OK) return failed("cj.crypto/1 hmac", status);
    return std::string(out.data(), size);
  }
  /// Equality in a time that does not depend on where they differ; false on a host without crypto.
  bool equal(std::string_view a, std::string_view b) const {
    return crypto_.equal != nullptr && crypto_.equal(host_.ctx, to_c(a), to_c(b)) == 1;
  }
  /// Whether `signature` is the RSA key's over `data` (RSASSA-PKCS1-v1_5 with SHA-256); n and e
  /// big-endian, as a JWK holds them after base64url. False on a host without crypto.
  bool verify_rs256(std::string_view n, std::string_view e, std::string_view data,
                    std::string_view signature) const {
    return crypto_.rs256_verify != nullptr &&
           crypto_.rs256_verify(host_.ctx, to_c(n), to_c(e), to_c(data), to_c(signature)) == CJ_OK;
  }

 private:
  template <class T>
  T find(std::string_view id) const {
    if (host_.get_extension == nullptr) return {};
    const auto* header = host_.get_extension(host_.ctx, to_c(id));
    if (header == nullptr) return {};
    T table{};
    std::memcpy(&table, header, header->size < sizeof(T) ? header->size : sizeof(T));
    return table;
  }
  static Error missing(const char* service) {
    return {ErrorClass::config, std::string("this host offers no ") + service};
  }
  static Error failed(const char* what, std::uint32_t status) {
    return {to_class(status), std::string(what) + ": status " + std::to_string(status)};
  }
  static std::string dump(const Json& labels) {
    return labels.is_null() ? std::string() : labels.dump();
  }
  void log(std::uint32_t level, std::string_view message,
           const std::vector<LogField>& fields) const {
    if (log_.write == nullptr) return;
    Json json = Json::object();
    for (const auto& [name, value] : fields) json[name] = value;
    const std::string text =
        fields.empty() ? std::string() : json.dump(-1, ' ', false, Json::error_handler_t::replace);
    log_.write(host_.ctx, level, to_c(message), to_c(text));
  }

  cj_host host_;
  cj_log_v1 log_;
  cj_http_v1 http_;
  cj_kv_v1 kv_;
  cj_metrics_v1 metrics_;
  cj_clock_v1 clock_;
  cj_secrets_v1 secrets_;
  cj_emit_v1 emit_;
  cj_timer_v1 timer_;
  cj_random_v1 random_;
  cj_crypto_v1 crypto_;
};

}  // namespace conserje
