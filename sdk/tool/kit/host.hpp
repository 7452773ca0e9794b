#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "conserje/testkit/fake_host.hpp"
#include "plugin/http_access.hpp"

namespace conserje::kit {

/// What goes wrong on the host's side. Set between calls.
struct Faults {
  using Http = std::function<Result<HttpResponse>(const http::HttpCall&, std::string_view body)>;

  Http http{};                            // Answers every exchange; without it, 200 and {}.
  bool http_hangs = false;                // No answer before the deadline or the cancel.
  std::uint32_t kv_status = CJ_OK;        // Of every call of cj.kv/1.
  std::uint32_t timer_status = CJ_OK;     // Of every call of cj.timer/1.
  std::optional<std::string> kv_value{};  // What every key holds.
  bool no_secrets = false;                // No handle is known.
  std::optional<Error> emit{};            // Of every call of cj.emit/1.
  std::int64_t wall_shift_ms = 0;         // Of cj.clock/1.
  std::optional<std::int64_t> wall_ms{};  // What cj.clock/1 says, for good.
  bool no_services = false;               // No extension is there at all.
};

/// The host of a plugin under test: the test kit's, with a clock that runs, with faults, and with
/// eyes. Threads: any.
class KitHost {
 public:
  /// `config` with handles in place of secrets, as the plugin gets it.
  KitHost(std::vector<std::string> http_permissions, bool may_use_kv, const Json& config,
          std::map<std::string, std::string> secrets);
  KitHost(const KitHost&) = delete;
  KitHost& operator=(const KitHost&) = delete;

  cj_host* wire() { return &host_; }
  Faults faults{};

  /// From now on every call of a service is a late one. Called when drain has returned.
  void close() { is_closed_ = true; }
  /// Calls that this thread makes from now on come from an inline method.
  void begin_inline() { inline_thread_ = std::this_thread::get_id(); }
  void end_inline() { inline_thread_ = std::thread::id(); }
  /// Texts that nobody may read in logs and metrics: secrets, guests.
  void watch_for(std::string text);

  unsigned late_calls() const { return late_calls_; }
  unsigned http_calls() const { return http_calls_; }
  unsigned emit_calls() const { return emit_calls_; }
  unsigned timer_calls() const { return timer_calls_; }
  /// The first thing that the plugin did and cj.h forbids; empty: nothing.
  std::string violation() const;
  /// Whether `text` holds one of the texts to watch for; which.
  std::optional<std::string> gives_away(std::string_view text) const;

  std::uint64_t monotonic_ns() const;

 private:
  friend struct KitServices;
  void note(std::string_view service);
  void blame(const std::string& what);
  void expect_text(std::string_view what, cj_str text);

  testkit::FakeHost fake_{};
  cj_host host_{};
  const HttpAccess access_;
  const std::map<std::string, std::string> secrets_;
  const bool may_use_kv_;
  const std::uint64_t began_ns_;
  std::atomic<bool> is_closed_{false};
  std::atomic<unsigned> late_calls_{0};
  std::atomic<unsigned> http_calls_{0};
  std::atomic<unsigned> emit_calls_{0};
  std::atomic<unsigned> timer_calls_{0};
  std::atomic<std::thread::id> inline_thread_{};
  mutable std::mutex mutex_{};
  std::vector<std::string> watched_{};  // Guarded by mutex_, as is:
  std::string violation_{};
};

}  // namespace conserje::kit
