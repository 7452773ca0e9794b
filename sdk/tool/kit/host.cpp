#include "kit/host.hpp"

#include <algorithm>
#include <chrono>

#include "pipeline/utf8.hpp"

namespace conserje::kit {
namespace {

constexpr std::chrono::seconds kLongestHang{60};
constexpr std::chrono::milliseconds kPoll{1};
constexpr std::int64_t kBeginning_ms = 1'767'225'600'000;  // 2026-01-01: before all that is asked.

std::uint64_t steady_ns() {
  return static_cast<std::uint64_t>(
      std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count());
}

bool is_cancelled(const cj_call& call) {
  return call.cancelled != nullptr && __atomic_load_n(call.cancelled, __ATOMIC_ACQUIRE) != 0;
}

/// An exchange that nobody answers: ends with the deadline, the cancel or the plugin's own timeout.
Error hang(const cj_call& call, std::int64_t timeout_ms) {
  const auto started = steady_ns();
  const auto longest = static_cast<std::uint64_t>(std::chrono::nanoseconds(kLongestHang).count());
  auto until = started + longest;
  if (timeout_ms > 0) until = started + static_cast<std::uint64_t>(timeout_ms) * 1'000'000;
  if (call.deadline_ns != 0) until = std::min(until, call.deadline_ns);
  while (steady_ns() < until) {
    if (is_cancelled(call)) return {ErrorClass::cancelled, "the call was cancelled"};
    std::this_thread::sleep_for(kPoll);
  }
  return {ErrorClass::deadline, "no answer in time"};
}

}  // namespace

/// The C functions behind the tables. Tables of the test kit's own host answer where nothing has to
/// be seen; ctx is the KitHost, theirs is the FakeHost.
struct KitServices {
  static KitHost& self(void* ctx) { return *static_cast<KitHost*>(ctx); }
  static void* fake(void* ctx) { return self(ctx).fake_.wire()->ctx; }
  template <class Table>
  static const Table& of_fake(void* ctx, std::string_view id) {
    const auto* wire = self(ctx).fake_.wire();
    return *reinterpret_cast<const Table*>(wire->get_extension(wire->ctx, to_c(id)));
  }

  static void log(void* ctx, std::uint32_t level, cj_str message, cj_str fields) {
    auto& host = self(ctx);
    host.note("cj.log/1");
    if (level < CJ_LOG_DEBUG || level > CJ_LOG_ERROR)
      host.blame("it logs at level " + std::to_string(level));
    host.expect_text("a log message", message);
    host.expect_text("a log line's fields", fields);
    if (fields.size > 0 && !Json::parse(view(fields), nullptr, false).is_object())
      host.blame("the fields of a log line are no JSON object");
    for (const auto text : {view(message), view(fields)})
      if (const auto given_away = host.gives_away(text)) host.blame("it logs " + *given_away);
  }

  static Result<HttpResponse> exchange(KitHost& host, const cj_call& call,
                                       const http::HttpCall& asked, std::string_view body) {
    ++host.http_calls_;
    if (!host.access_.allows(asked.url)) {
      host.blame("it asks for " + asked.url + ", which its manifest does not name");
      return Error{ErrorClass::config, "the manifest does not name this host"};
    }
    if (host.faults.http_hangs) return hang(call, asked.timeout_ms);
    if (host.faults.http) return host.faults.http(asked, body);
    return HttpResponse{
        .status = 200, .headers = {{"content-type", "application/json"}}, .body = "{}"};
  }
  static void send(void* ctx, const cj_call* wire_call, const cj_request* wire, cj_result* result) {
    auto& host = self(ctx);
    host.note("cj.http/1");
    const auto call = sized_copy(wire_call);
    const auto request = to_request(wire);
    const auto asked = decode<http::HttpCall>(request.head);
    if (!asked) {
      host.blame("the head of its cj.http/1 request is wrong: " + asked.error().message);
      return fill(result, asked.error());
    }
    const auto body = request.attachments.empty() ? std::string_view() : request.attachments[0];
    auto response = exchange(host, call, *asked, body);
    if (!response) return fill(result, response.error());
    fill(result, Reply{.head = encode(http::HttpReply{response->status, response->headers}),
                       .attachments = {response->body}});
  }

  static const cj_kv_v1& fake_kv(void* ctx) { return of_fake<cj_kv_v1>(ctx, "cj.kv/1"); }
  /// What every call of cj.kv/1 begins with; CJ_OK: go on.
  static std::uint32_t enter_kv(void* ctx, cj_str key) {
    auto& host = self(ctx);
    host.note("cj.kv/1");
    host.expect_text("a key of cj.kv/1", key);
    return host.may_use_kv_ ? host.faults.kv_status : CJ_DENIED;
  }
  static std::uint32_t kv_get(void* ctx, cj_str key, cj_buf* value, std::uint64_t* revision) {
    if (const auto status = enter_kv(ctx, key); status != CJ_OK) return status;
    if (!self(ctx).faults.kv_value) return fake_kv(ctx).get(fake(ctx), key, value, revision);
    *value = to_buffer(*self(ctx).faults.kv_value);
    *revision = 1;
    return CJ_OK;
  }
  static std::uint32_t kv_put(void* ctx, cj_str key, cj_str value, std::uint64_t expected,
                              std::uint64_t* revision) {
    if (const auto status = enter_kv(ctx, key); status != CJ_OK) return status;
    return fake_kv(ctx).put(fake(ctx), key, value, expected, revision);
  }
  static std::uint32_t kv_remove(void* ctx, cj_str key, std::uint64_t expected) {
    if (const auto status = enter_kv(ctx, key); status != CJ_OK) return status;
    return fake_kv(ctx).remove(fake(ctx), key, expected);
  }
  static std::uint32_t kv_list(void* ctx, cj_str prefix, cj_buf* keys) {
    if (const auto status = enter_kv(ctx, prefix); status != CJ_OK) return status;
    return fake_kv(ctx).list(fake(ctx), prefix, keys);
  }

  static void measure(void* ctx, cj_str name, cj_str labels, double) {
    auto& host = self(ctx);
    host.note("cj.metrics/1");
    host.expect_text("a metric's name", name);
    host.expect_text("a metric's labels", labels);
    if (const auto given_away = host.gives_away(view(labels)))
      host.blame("a metric's label holds " + *given_away);
  }

  static std::int64_t wall_ms(void* ctx) {
    if (self(ctx).faults.wall_ms) return *self(ctx).faults.wall_ms;
    const auto passed = (steady_ns() - self(ctx).began_ns_) / 1'000'000;
    return kBeginning_ms + static_cast<std::int64_t>(passed) + self(ctx).faults.wall_shift_ms;
  }
  static std::uint64_t monotonic_ns(void* ctx) { return self(ctx).monotonic_ns(); }

  static std::uint32_t secret(void* ctx, cj_str handle, cj_buf* value) {
    auto& host = self(ctx);
    host.note("cj.secrets/1");
    const auto found = host.secrets_.find(std::string(view(handle)));
    if (found == host.secrets_.end() || host.faults.no_secrets) return CJ_NOT_FOUND;
    *value = to_buffer(found->second);
    return CJ_OK;
  }

  static void emit(void* ctx, const cj_call*, const cj_request* wire, cj_result* result) {
    auto& host = self(ctx);
    host.note("cj.emit/1");
    ++host.emit_calls_;
    const auto request = to_request(wire);
    const auto events = decode<channel::EmitRequest>(request.head);
    if (!events) {
      host.blame("the head of its cj.emit/1 request is wrong: " + events.error().message);
      return fill(result, events.error());
    }
    if (host.faults.emit) return fill(result, *host.faults.emit);
    fill(result, Reply{.head = encode(channel::EmitReply{
                           .stored = static_cast<std::int64_t>(events->messages.size()),
                           .handled = events->wait})});
  }

  static std::uint32_t timer_set(void* ctx, cj_str name, std::uint64_t after_ms,
                                 std::uint64_t every_ms) {
    auto& host = self(ctx);
    host.note("cj.timer/1");
    ++host.timer_calls_;
    host.expect_text("a timer's name", name);
    if (host.faults.timer_status != CJ_OK) return host.faults.timer_status;
    const auto& timer = of_fake<cj_timer_v1>(ctx, "cj.timer/1");
    return timer.set(fake(ctx), name, after_ms, every_ms);
  }
  static std::uint32_t timer_clear(void* ctx, cj_str name) {
    self(ctx).note("cj.timer/1");
    const auto& timer = of_fake<cj_timer_v1>(ctx, "cj.timer/1");
    return timer.clear(fake(ctx), name);
  }

  static void random(void* ctx, void* out, std::uint64_t size) {
    self(ctx).note("cj.random/1");
    of_fake<cj_random_v1>(ctx, "cj.random/1").fill(fake(ctx), out, size);
  }

  static const cj_ext_header* find(void* ctx, cj_str id);
};

namespace {

template <class T>
constexpr cj_ext_header header_of() {
  return {sizeof(T), 1, 0};
}
constexpr cj_log_v1 kLog = {header_of<cj_log_v1>(), KitServices::log};
constexpr cj_http_v1 kHttp = {header_of<cj_http_v1>(), KitServices::send};
constexpr cj_kv_v1 kKv = {header_of<cj_kv_v1>(), KitServices::kv_get, KitServices::kv_put,
                          KitServices::kv_remove, KitServices::kv_list};
constexpr cj_metrics_v1 kMetrics = {header_of<cj_metrics_v1>(), KitServices::measure,
                                    KitServices::measure, KitServices::measure};
constexpr cj_clock_v1 kClock = {header_of<cj_clock_v1>(), KitServices::wall_ms,
                                KitServices::monotonic_ns};
constexpr cj_secrets_v1 kSecrets = {header_of<cj_secrets_v1>(), KitServices::secret};
constexpr cj_emit_v1 kEmit = {header_of<cj_emit_v1>(), KitServices::emit};
constexpr cj_timer_v1 kTimer = {header_of<cj_timer_v1>(), KitServices::timer_set,
                                KitServices::timer_clear};
constexpr cj_random_v1 kRandom = {header_of<cj_random_v1>(), KitServices::random};

}  // namespace

const cj_ext_header* KitServices::find(void* ctx, cj_str id) {
  struct Entry {
    std::string_view id;
    const cj_ext_header* header;
  };
  static constexpr Entry kTable[] = {
      {"cj.log/1", &kLog.header},       {"cj.http/1", &kHttp.header},
      {"cj.kv/1", &kKv.header},         {"cj.metrics/1", &kMetrics.header},
      {"cj.clock/1", &kClock.header},   {"cj.secrets/1", &kSecrets.header},
      {"cj.emit/1", &kEmit.header},     {"cj.timer/1", &kTimer.header},
      {"cj.random/1", &kRandom.header},
  };
  if (self(ctx).faults.no_services) return nullptr;
  for (const auto& entry : kTable)
    if (entry.id == view(id)) return entry.header;
  const auto* fake_host = self(ctx).fake_.wire();
  // Its functions need no ctx: they are arithmetic.
  return view(id) == "cj.crypto/1" ? fake_host->get_extension(fake_host->ctx, id) : nullptr;
}

KitHost::KitHost(std::vector<std::string> http_permissions, bool may_use_kv, const Json& config,
                 std::map<std::string, std::string> secrets)
    : access_(http_permissions, config,
              [&secrets](std::string_view handle) -> std::optional<std::string_view> {
                const auto found = secrets.find(std::string(handle));
                if (found == secrets.end()) return std::nullopt;
                return found->second;
              }),
      secrets_(std::move(secrets)),
      may_use_kv_(may_use_kv),
      began_ns_(steady_ns()) {
  host_ = {
      .size = sizeof host_, .abi = CJ_ABI_VERSION, .ctx = this, .get_extension = KitServices::find};
}

std::uint64_t KitHost::monotonic_ns() const { return steady_ns(); }

void KitHost::watch_for(std::string text) {
  const std::lock_guard lock(mutex_);
  watched_.push_back(std::move(text));
}

std::optional<std::string> KitHost::gives_away(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  for (const auto& watched : watched_)
    if (text.find(watched) != std::string_view::npos)
      return "\"" + watched + "\", which is a secret's value or a guest's word";
  return std::nullopt;
}

std::string KitHost::violation() const {
  const std::lock_guard lock(mutex_);
  return violation_;
}

void KitHost::note(std::string_view service) {
  if (is_closed_) ++late_calls_;
  const bool blocks = service == "cj.http/1" || service == "cj.kv/1" || service == "cj.emit/1";
  if (blocks && inline_thread_.load() == std::this_thread::get_id())
    blame("an inline method calls " + std::string(service));
}

void KitHost::blame(const std::string& what) {
  const std::lock_guard lock(mutex_);
  if (violation_.empty()) violation_ = what;
}

void KitHost::expect_text(std::string_view what, cj_str text) {
  if (text.data == nullptr && text.size > 0)
    return blame(std::string(what) + " has a size and no bytes");
  if (valid_utf8_prefix(view(text)) != text.size) blame(std::string(what) + " is not UTF-8");
}

}  // namespace conserje::kit
