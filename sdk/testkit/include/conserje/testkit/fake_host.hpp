#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/host.hpp"

namespace conserje::testkit {

/// One exchange of RecordedHttp: what the plugin is expected to send, and what it gets for it.
struct Exchange {
  std::string method = "POST";  ///< Upper case.
  std::string url{};            ///< Absolute, byte for byte.
  /// Each must be there, with this value; more are allowed.
  std::vector<http::HttpHeader> headers{};
  std::string body{};                                           ///< Byte for byte.
  Result<HttpResponse> response = HttpResponse{.status = 200};  ///< What the plugin gets for it.
};

/// A host for a plugin's tests: no network, no disk, a clock that stands still. Every service of
/// cj.h works; what the plugin did is there to look at. Threads: any; the members are read when the
/// plugin rests.
class FakeHost {
 public:
  FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  /// What the plugin's create() takes. Valid as long as this object.
  Host host() const { return Host(&host_); }
  /// The same for functions of cj.h.
  const cj_host* wire() const { return &host_; }

  /// Expects one more HTTP exchange; they are answered in order, and one that does not fit fails
  /// the call with class bug and a text that says both.
  void expect(Exchange exchange);
  /// Exchanges that were expected and have not happened.
  std::size_t unmet() const;
  /// Answers every request that no exchange is expected for; without it such a request fails.
  void answer_http(
      std::function<Result<HttpResponse>(const http::HttpCall&, std::string_view body)> answer);
  /// Answers what the plugin emits, on the plugin's thread and without a lock, so that it may call
  /// the plugin; without it `emit_reply` is the answer.
  void answer_emit(std::function<Result<channel::EmitReply>(const channel::EmitRequest&)> answer);

  /// A line of cj.log/1.
  struct LogLine {
    std::uint32_t level = 0;  ///< CJ_LOG_*.
    std::string message{};    ///< The constant text.
    std::string fields{};     ///< A JSON object, or empty.

    bool operator==(const LogLine&) const = default;
  };
  /// A timer as it was set; it never runs by itself.
  struct Timer {
    std::uint64_t after_ms = 0;  ///< Until the first time.
    std::uint64_t every_ms = 0;  ///< 0: once.

    bool operator==(const Timer&) const = default;
  };
  /// A request of cj.http/1.
  struct Sent {
    http::HttpCall request{};  ///< Its line and headers.
    std::string body{};        ///< As it was sent.
  };

  std::vector<LogLine> log_lines{};         ///< What it logged.
  std::vector<Sent> sent{};                 ///< What it sent.
  std::map<std::string, KvEntry> kv{};      ///< What it stored; tests may begin with some.
  std::map<std::string, double> metrics{};  ///< Name and labels -> sum, or a gauge's last value.
  std::map<std::string, std::string> secrets{};  ///< Handle -> value.
  std::map<std::string, Timer> timers{};         ///< By name.
  std::vector<channel::EmitRequest> emitted{};   ///< What it emitted.
  channel::EmitReply emit_reply{};               ///< The answer to what it emits.
  std::int64_t now_ms = 1'767'225'600'000;       ///< 2026-01-01T00:00:00Z; tests move it.
  std::uint64_t monotonic_ns = 1'000'000'000;    ///< The clock of deadlines; tests move it.
  std::uint64_t random_seed = 1;                 ///< Of cj.random/1.

 private:
  friend struct FakeServices;

  cj_host host_{};
  mutable std::mutex mutex_{};
  std::deque<Exchange> expected_{};
  std::function<Result<HttpResponse>(const http::HttpCall&, std::string_view)> answer_http_{};
  std::function<Result<channel::EmitReply>(const channel::EmitRequest&)> answer_emit_{};
};

/// A call with `timeout` to go on `host`'s clock.
struct FakeCall {
  /// `host` is only asked for its time. `key`: the idempotency key.
  explicit FakeCall(const FakeHost& host,
                    std::chrono::milliseconds timeout = std::chrono::seconds(10),
                    std::string key = "");
  /// What a method takes.
  operator Call() const { return Call(&wire); }

  std::string idempotency_key;  ///< Which `wire` points to.
  cj_call wire{};               ///< The same for functions of cj.h.
};

/// A webhook delivery from its parts, for Channel::handle_webhook.
std::string header_block(const std::vector<http::HttpHeader>& headers);

}  // namespace conserje::testkit
