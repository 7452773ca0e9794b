#include "plugin/worker/remote_host.hpp"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "conserje/wire.hpp"

namespace conserje {
namespace {

constexpr auto kForever = RealTime::max();

RemoteHost& from(void* ctx) { return *static_cast<RemoteHost*>(ctx); }

/// A text of the plugin's, which may point nowhere: then it is empty.
std::string_view safe(cj_str text) {
  return text.data == nullptr ? std::string_view() : view(text);
}

HostArguments texts(cj_str a, cj_str b = {}, cj_str c = {}, cj_str d = {}) {
  return {.texts = {safe(a), safe(b), safe(c), safe(d)}};
}
HostArguments numbers(cj_str text, std::uint64_t a, std::uint64_t b = 0) {
  return {.texts = {safe(text)}, .numbers = {a, b}};
}

template <HostFunction function>
void metric(void* ctx, cj_str name, cj_str labels, double value) {
  auto arguments = texts(name, labels);
  arguments.numbers[0] = std::bit_cast<std::uint64_t>(value);
  from(ctx).tell(function, arguments);
}

template <HostFunction function>
void request(void* ctx, const cj_call* call, const cj_request* wire, cj_result* result) {
  from(ctx).ask(function, call, wire, result);
}

std::uint32_t copy_out(const HostAnswer& answer, void* out, std::uint64_t* size) {
  std::memcpy(out, answer.bytes.data(), answer.bytes.size());
  if (size != nullptr) *size = answer.bytes.size();
  return answer.status;
}

/// Compares in a time that depends on the sizes alone.
std::uint32_t is_equal(void*, cj_str a, cj_str b) {
  const auto left = safe(a);
  const auto right = safe(b);
  if (left.size() != right.size()) return 0;
  volatile unsigned char different = 0;
  for (std::size_t i = 0; i < left.size(); ++i)
    different = static_cast<unsigned char>(different | (left[i] ^ right[i]));
  return different == 0 ? 1 : 0;
}

/// A buffer whose text is wiped when it is released.
cj_buf to_secret_buffer(std::string secret) {
  auto* owner = new std::string(std::move(secret));
  return {owner->data(), owner->size(), owner, [](void* p) {
            auto* text = static_cast<std::string*>(p);
            ::explicit_bzero(text->data(), text->size());
            delete text;
          }};
}

void fill_random(void* ctx, void* out, std::uint64_t size) {
  auto* bytes = static_cast<char*>(out);
  while (size > 0) {
    const auto piece = std::min(size, kMostRandomBytes);
    const auto answer = from(ctx).ask(HostFunction::random_fill, numbers({}, piece));
    std::memcpy(bytes, answer.bytes.data(), std::min<std::size_t>(piece, answer.bytes.size()));
    bytes += piece;
    size -= piece;
  }
}

constexpr cj_log_v1 kLog = {{sizeof(cj_log_v1), 1, 0},
                            [](void* ctx, std::uint32_t level, cj_str message, cj_str fields) {
                              auto arguments = texts(message, fields);
                              arguments.numbers[0] = level;
                              from(ctx).tell(HostFunction::log_write, arguments);
                            }};
constexpr cj_http_v1 kHttp = {{sizeof(cj_http_v1), 1, 0}, request<HostFunction::http_send>};
constexpr cj_emit_v1 kEmit = {{sizeof(cj_emit_v1), 1, 0}, request<HostFunction::emit>};
constexpr cj_kv_v1 kKv = {
    {sizeof(cj_kv_v1), 1, 0},
    [](void* ctx, cj_str key, cj_buf* value, std::uint64_t* revision) {
      auto answer = from(ctx).ask(HostFunction::kv_get, texts(key));
      if (answer.status != CJ_OK) return answer.status;
      *value = to_buffer(std::move(answer.bytes));
      *revision = answer.number;
      return answer.status;
    },
    [](void* ctx, cj_str key, cj_str value, std::uint64_t expected, std::uint64_t* revision) {
      auto arguments = texts(key, value);
      arguments.numbers[0] = expected;
      const auto answer = from(ctx).ask(HostFunction::kv_put, arguments);
      if (answer.status == CJ_OK) *revision = answer.number;
      return answer.status;
    },
    [](void* ctx, cj_str key, std::uint64_t expected) {
      return from(ctx).ask(HostFunction::kv_remove, numbers(key, expected)).status;
    },
    [](void* ctx, cj_str prefix, cj_buf* keys) {
      auto answer = from(ctx).ask(HostFunction::kv_list, texts(prefix));
      if (answer.status == CJ_OK) *keys = to_buffer(std::move(answer.bytes));
      return answer.status;
    }};
constexpr cj_metrics_v1 kMetrics = {{sizeof(cj_metrics_v1), 1, 0},
                                    metric<HostFunction::metrics_add>,
                                    metric<HostFunction::metrics_set>,
                                    metric<HostFunction::metrics_observe>};
constexpr cj_clock_v1 kClock = {
    {sizeof(cj_clock_v1), 1, 0},
    [](void* ctx) {
      return std::bit_cast<std::int64_t>(from(ctx).ask(HostFunction::clock_wall, {}).number);
    },
    [](void* ctx) { return from(ctx).ask(HostFunction::clock_monotonic, {}).number; }};
constexpr cj_secrets_v1 kSecrets = {
    {sizeof(cj_secrets_v1), 1, 0}, [](void* ctx, cj_str handle, cj_buf* value) {
      auto answer = from(ctx).ask(HostFunction::secrets_get, texts(handle));
      if (answer.status == CJ_OK) *value = to_secret_buffer(std::move(answer.bytes));
      return answer.status;
    }};
constexpr cj_timer_v1 kTimer = {
    {sizeof(cj_timer_v1), 1, 0},
    [](void* ctx, cj_str name, std::uint64_t after_ms, std::uint64_t every_ms) {
      return from(ctx).ask(HostFunction::timer_set, numbers(name, after_ms, every_ms)).status;
    },
    [](void* ctx, cj_str name) {
      return from(ctx).ask(HostFunction::timer_clear, texts(name)).status;
    }};
constexpr cj_random_v1 kRandom = {{sizeof(cj_random_v1), 1, 0}, fill_random};
constexpr cj_crypto_v1 kCrypto = {
    {sizeof(cj_crypto_v1), 1, 0},
    [](void* ctx, std::uint32_t algorithm, cj_str data, void* out, std::uint64_t* size) {
      return copy_out(from(ctx).ask(HostFunction::crypto_digest, numbers(data, algorithm)), out,
                      size);
    },
    [](void* ctx, std::uint32_t algorithm, cj_str key, cj_str data, void* out,
       std::uint64_t* size) {
      auto arguments = texts(key, data);
      arguments.numbers[0] = algorithm;
      return copy_out(from(ctx).ask(HostFunction::crypto_hmac, arguments), out, size);
    },
    is_equal,
    [](void* ctx, cj_str key, cj_str data, void* out) {
      return copy_out(from(ctx).ask(HostFunction::crypto_ed25519_sign, texts(key, data)), out,
                      nullptr);
    },
    [](void* ctx, cj_str key, cj_str data, cj_str signature) {
      return from(ctx).ask(HostFunction::crypto_ed25519_verify, texts(key, data, signature)).status;
    },
    [](void* ctx, cj_str n, cj_str e, cj_str data, cj_str signature) {
      return from(ctx).ask(HostFunction::crypto_rs256_verify, texts(n, e, data, signature)).status;
    }};

/// In the order of kServiceIds.
constexpr const cj_ext_header* kTables[] = {
    &kLog.header,     &kHttp.header, &kKv.header,    &kMetrics.header, &kClock.header,
    &kSecrets.header, &kEmit.header, &kTimer.header, &kRandom.header,  &kCrypto.header};

}  // namespace

/// Sees which services the host offers.
struct RemoteTables {
  static const cj_ext_header* find(void* ctx, cj_str id) {
    for (std::size_t i = 0; i < std::size(kServiceIds); ++i)
      if (safe(id) == kServiceIds[i])
        return (from(ctx).services_ >> i & 1U) != 0 ? kTables[i] : nullptr;
    return nullptr;
  }
};

/// The lane of the thread that asks, while it asks.
class RemoteHost::Claim {
 public:
  explicit Claim(RemoteHost& host) : host_(host) {
    const auto self = std::this_thread::get_id();
    const auto own = std::ranges::find(host.own_, self, &Own::thread);
    if (own != host.own_.end()) {
      lane_ = own->lane;
      return;
    }
    std::unique_lock lock(host.mutex_);
    host.freed_.wait(lock, [&] { return !host.background_.empty(); });
    lane_ = host.background_.back();
    host.background_.pop_back();
    is_shared_ = true;
  }
  ~Claim() {
    if (!is_shared_) return;
    const std::lock_guard lock(host_.mutex_);
    host_.background_.push_back(lane_);
    host_.freed_.notify_one();
  }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

  Lane& lane() { return *lane_; }
  bool is_shared() const { return is_shared_; }

 private:
  RemoteHost& host_;
  Lane* lane_ = nullptr;
  bool is_shared_ = false;
};

RemoteHost::RemoteHost(std::vector<Lane*> background)
    : host_{sizeof(cj_host), CJ_ABI_VERSION, this, RemoteTables::find},
      background_(std::move(background)) {}

std::string RemoteHost::exchange(std::string body) {
  Claim claim(*this);
  return exchange(claim, std::move(body));
}

std::string RemoteHost::exchange(Claim& claim, std::string body) {
  Frame answer;
  if (claim.lane().send(FrameKind::host_call, 0, body, kForever) != Lane::Outcome::ok) ::_exit(0);
  do {
    if (claim.lane().receive(answer, kForever) != Lane::Outcome::ok) ::_exit(0);
    if (answer.kind == FrameKind::cancel && on_cancel) on_cancel(answer.id);
  } while (answer.kind == FrameKind::cancel);
  return std::move(answer.body);
}

HostAnswer RemoteHost::ask(HostFunction function, const HostArguments& arguments) {
  BodyWriter out;
  out.number(static_cast<std::uint16_t>(function));
  put(out, arguments);
  auto question = out.take();
  if (question.size() > kFrameLimit) return {.status = CJ_TOO_LARGE};
  const auto body = exchange(std::move(question));
  BodyReader in(body);
  return get_answer(in);
}

void RemoteHost::ask(HostFunction function, const cj_call* call, const cj_request* request,
                     cj_result* result) {
  BodyWriter out;
  out.number(static_cast<std::uint16_t>(function));
  put(out, sized_copy(call));
  put(out, sized_copy(request));
  auto question = out.take();
  if (question.size() > kFrameLimit)
    return fill(result, Error{ErrorClass::permanent, "more than a worker can ask for at once"});
  const auto body = exchange(std::move(question));
  BodyReader in(body);
  (void)get_result(in, *result);
}

void RemoteHost::tell(HostFunction function, const HostArguments& arguments) {
  BodyWriter out;
  out.number(static_cast<std::uint16_t>(function));
  put(out, arguments);
  const auto note = out.take();
  if (note.size() > kFrameLimit) return;
  Claim claim(*this);
  // A call's own notes come before its result. Those of other threads wait until they are heard, so
  // that nothing is still under way when drain has ended the thread.
  if (claim.is_shared()) {
    (void)exchange(claim, note);
  } else if (claim.lane().send(FrameKind::note, 0, note, kForever) != Lane::Outcome::ok) {
    ::_exit(0);
  }
}

}  // namespace conserje
