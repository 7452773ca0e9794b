#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conserje/result.hpp"
#include "guard/clock.hpp"

namespace conserje {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// The bounds of everything that the host asks of others over HTTP.
struct HttpClientOptions {
  Millis connect_time{5'000};   // TCP and TLS together.
  std::size_t waiting = 1'024;  // Calls under way or queued; one more fails at once with `retry`.
  long connections = 64;        // Open at once; a call beyond it waits, within its deadline.
  long connections_per_host = 16;  // So that one slow receiver leaves room for the others.
  std::vector<std::uint16_t> guarded_ports{
      443};               // Where calls without allow_private_addresses may go.
  std::string ca_file{};  // PEM; empty: the system's authorities.
  std::vector<std::string>
      pinned{};  // Names that are not looked up: "name:port:address[,address]".
};

struct OutboundRequest {
  std::string method = "GET";
  std::string url;
  HttpHeaders headers{};  // Not Host, Content-Length, Transfer-Encoding, Connection, Expect: those
                          // are ours.
  std::string body{};
  MonotonicTime deadline{};  // For the whole call: queueing, DNS, connecting, sending, reading.
  std::size_t max_response_bytes = 1024 * 1024;
  /// true: an operator wrote this URL; plain http, any port and private addresses are fine. false:
  /// a tenant or a guest may have; only https, the guarded ports and public addresses
  /// (address_guard.hpp).
  bool allow_private_addresses = false;
};

struct OutboundReply {
  int status = 0;
  HttpHeaders headers{};  // Names in lower case, in order.
  std::string body{};

  /// The first header of that name (lower case); empty when there is none.
  std::string_view header(std::string_view name) const;
  bool operator==(const OutboundReply&) const = default;
};

/// HTTP/1.1 to others: libcurl's multi interface in one thread, connections pooled, TLS >= 1.2
/// verified, proxies from the environment ignored, redirects not followed (a 3xx is a reply; who
/// follows it must decide about credentials), nothing decompressed.
///
/// Every HTTP status is a value. Errors:
///   `config`     the URL, method or headers cannot be sent, or the destination is not allowed;
///   nothing was sent; `retry`      no connection (DNS, refused, TLS, time), or too many calls
///   waiting; nothing was sent; `deadline`   it broke or ran out of time after the request had
///   begun to leave: the outcome is unknown; `permanent`  the reply is larger than allowed, or is
///   not HTTP; `cancelled`  cancel(), or the client was destroyed; the outcome is unknown.
/// Texts name neither addresses nor what the other side said: a tenant may read them.
class HttpClient {
 public:
  using CallId = std::uint64_t;
  using OnReply = std::function<void(Result<OutboundReply>)>;

  /// `clock` outlives the client.
  HttpClient(HttpClientOptions options, const Clock& clock);
  /// Cancels what is under way: each on_reply has run when this returns.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// `on_reply` runs exactly once: on the client's thread, which it must not hold up, or before
  /// send() returns when nothing can be sent. Threads: any.
  CallId send(OutboundRequest request, OnReply on_reply);

  /// Blocks until the reply, the deadline, or a stop request. Threads: any but the client's own.
  Result<OutboundReply> send_and_wait(OutboundRequest request, std::stop_token stop = {});

  /// Ends a call soon; one that has ended is left alone. Threads: any.
  void cancel(CallId id);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace conserje
