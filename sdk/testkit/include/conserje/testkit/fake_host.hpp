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
  std::string method = "POST";
  std::string url{};
  std::vector<http::HttpHeader>
      headers{};  // Each must be there, with this value; more are allowed.
  std::string body{};
  Result<HttpResponse> response = HttpResponse{.status = 200};
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

  struct LogLine {
    std::uint32_t level = 0;
    std::string message{};
    std::string fields{};

    bool operator==(const LogLine&) const = default;
  };
  struct Timer {
    std::uint64_t after_ms = 0;
    std::uint64_t every_ms = 0;

    bool operator==(const Timer&) const = default;
  };
  struct Sent {
    http::HttpCall request{};
    std::string body{};
  };

  std::vector<LogLine> log_lines{};
  std::vector<Sent> sent{};
  std::map<std::string, KvEntry> kv{};
  std::map<std::string, double> metrics{};  // name + labels -> sum, or the last value of a gauge
  std::map<std::string, std::string> secrets{};
  std::map<std::string, Timer> timers{};
  std::vector<channel::EmitRequest> emitted{};
  channel::EmitReply emit_reply{};
  std::int64_t now_ms = 1'767'225'600'000;  // 2026-01-01T00:00:00Z
  std::uint64_t monotonic_ns = 1'000'000'000;
  std::uint64_t random_seed = 1;

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
  explicit FakeCall(const FakeHost& host,
                    std::chrono::milliseconds timeout = std::chrono::seconds(10),
                    std::string key = "");
  operator Call() const { return Call(&wire); }

  std::string idempotency_key;
  cj_call wire{};
};

/// A webhook delivery from its parts, for Channel::handle_webhook.
std::string header_block(const std::vector<http::HttpHeader>& headers);

}  // namespace conserje::testkit
