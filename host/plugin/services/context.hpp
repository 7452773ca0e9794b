#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "conserje/cj.h"
#include "conserje/wire.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "plugin/crypto.hpp"
#include "plugin/http_access.hpp"
#include "plugin/manifest.hpp"
#include "plugin/services.hpp"

namespace conserje {

/// A status for calls that come when nothing is served any more.
inline constexpr std::uint32_t kClosed = CJ_STATUS(CJ_CLASS_CANCELLED, 0);
inline constexpr std::uint32_t kMisused = CJ_STATUS(CJ_CLASS_BUG, 0);

/// What stands behind the `ctx` of one instance's host functions. Threads: any.
class ServiceContext : public std::enable_shared_from_this<ServiceContext> {
 public:
  ServiceContext(const PluginUse& use, const Manifest& manifest, const ServiceSources& sources);

  const std::string plugin;
  const Permissions permissions;
  const ServiceSources sources;
  const Log log;
  const HttpAccess http_access;
  Crypto crypto{};
  std::stop_source stop{};          // Of HTTP exchanges.
  ServiceClient* client = nullptr;  // Set before the plugin's code runs.

  /// False, and counted: it is closed. Otherwise leave() follows.
  bool enter();
  void leave();
  bool close(MonotonicTime deadline);

  /// Counts what the plugin did against cj.h. Only between enter() and leave().
  void misuse(std::string_view what) { client->count_misuse(what); }
  /// The text, or nullopt, counted, when it points nowhere.
  std::optional<std::string_view> text(cj_str from);

  struct Timer {
    TimerScheduler::Id id = 0;
    std::uint64_t generation = 0;  // Tells a timer from an earlier one of the same name.
    Millis every{};
  };
  std::mutex mutex{};  // Guards what follows.
  std::map<std::string, Timer, std::less<>> timers{};
  std::uint64_t timer_generations = 0;
  std::set<std::string, std::less<>> metric_names{};

 private:
  static constexpr std::uint64_t kClosedBit = std::uint64_t{1} << 63;

  Counter late_calls_;
  std::atomic<std::uint64_t> state_{0};  // Calls under way, and kClosedBit.
  std::mutex idle_mutex_{};
  std::condition_variable idle_{};
};

/// Runs body(context) as one host function: refused once closed, and nothing that it throws reaches
/// the plugin.
template <class R, class F>
R serve(void* ctx, R closed, R failed, F&& body) noexcept {
  auto& context = *static_cast<ServiceContext*>(ctx);
  if (!context.enter()) return closed;
  R answer = failed;
  try {
    answer = body(context);
  } catch (...) {  // No memory left, or a source's own mistake.
    context.misuse("host function failed");
  }
  context.leave();
  return answer;
}

template <class F>
std::uint32_t serve_status(void* ctx, F&& body) noexcept {
  return serve<std::uint32_t>(ctx, kClosed, kMisused, std::forward<F>(body));
}

/// The same for functions without an answer.
template <class F>
void serve_void(void* ctx, F&& body) noexcept {
  serve(ctx, 0, 0, [&](ServiceContext& context) {
    body(context);
    return 0;
  });
}

/// The same for functions of the shape of cj_http_v1.send: body(context, call, request) is a
/// Result<Reply>.
template <class F>
void serve_request(void* ctx, const cj_call* call, const cj_request* request, cj_result* result,
                   F&& body) noexcept {
  result->status = serve_status(ctx, [&](ServiceContext& context) -> std::uint32_t {
    const auto whole = sized_copy(request);
    const auto is_text = [&](cj_str text) { return context.text(text).has_value(); };
    bool is_fine = is_text(whole.head) && whole.attachment_count <= 16 &&
                   (whole.attachments != nullptr || whole.attachment_count == 0);
    for (std::uint64_t i = 0; is_fine && i < whole.attachment_count; ++i)
      is_fine = is_text(whole.attachments[i]);
    if (!is_fine) return kMisused;
    Result<Reply> reply = body(context, sized_copy(call), to_request(&whole));
    if (reply) {
      fill(result, *std::move(reply));
    } else {
      fill(result, reply.error());
    }
    return result->status;
  });
}

// The tables, one file each; null: this host does not offer the service to this plugin.
const cj_ext_header* log_service(const ServiceContext&);
const cj_ext_header* http_service(const ServiceContext&);
const cj_ext_header* kv_service(const ServiceContext&);
const cj_ext_header* metrics_service(const ServiceContext&);
const cj_ext_header* clock_service(const ServiceContext&);
const cj_ext_header* secrets_service(const ServiceContext&);
const cj_ext_header* emit_service(const ServiceContext&);
const cj_ext_header* timer_service(const ServiceContext&);
const cj_ext_header* random_service(const ServiceContext&);
const cj_ext_header* crypto_service(const ServiceContext&);

/// Ends all timers: none begins to run afterwards.
void clear_timers(ServiceContext& context);

}  // namespace conserje
