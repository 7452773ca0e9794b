#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conserje/result.hpp"
#include "guard/clock.hpp"
#include "guard/random.hpp"

namespace boost::asio {
class io_context;
}

namespace conserje {

class ServerConnection;
class ServerState;

/// The bounds that strangers meet.
struct ServerLimits {
  std::size_t head_bytes = 8 * 1024;  // Request line and headers; beyond it 431.
  Millis request_time{10'000};        // From a request's first byte to its last; beyond it 408.
  Millis idle_time{30'000};           // Between two requests of one connection.
  Millis write_time{10'000};          // For the client to take an answer.
  Millis linger_time{2'000};          // For the client to read our last words before we close.
  std::size_t connections = 16'384;   // When full, the oldest incomplete request gives way.
};

/// One whole request as it came. The views hold until its Responder answers or is destroyed.
struct InboundRequest {
  std::string_view method;  // A token, such as POST. HEAD comes as GET: only the answer differs.
  std::string_view target;  // As sent, beginning with '/'.
  std::string_view path;    // The target before '?', not decoded.
  std::string_view query;   // What follows '?', not decoded.
  std::string_view header_block;  // Lines "Name: value\r\n", verbatim and in order.
  std::string_view body;          // Without transfer coding, at most the route's limit.
  std::string_view peer;          // Numeric address of the client, or of the proxy in front.
  /// X-Correlation-ID if it was 1-128 of [A-Za-z0-9._-], else a fresh one.
  std::string_view correlation_id;
  WallTime received_at{};  // When the last byte was there.

  /// A header's value without surrounding blanks, names in any case. nullopt: absent, or there
  /// twice, which no signature or credential survives.
  std::optional<std::string_view> header(std::string_view name) const;
};

/// What we answer. Date, Content-Length, Connection, X-Correlation-ID and X-Content-Type-Options
/// come by themselves.
struct Response {
  int status = 200;  // 200-599.
  std::string body{};
  std::string content_type{};  // Left out when empty.
  std::vector<std::pair<std::string, std::string>> headers{};

  bool operator==(const Response&) const = default;
};

/// The words of an HTTP status, such as "Not Found"; empty for one that this server does not use.
std::string_view reason_phrase(int status);

/// A refusal as application/problem+json (RFC 9457). `detail` says what was found and what was
/// needed. instance: the request's correlation id, by which the log is searched; left out when it
/// is empty.
Response problem(int status, std::string_view detail, std::string_view instance = {});

/// The right to answer one request, once. Destroyed unused it answers 500. Threads: any; on the I/O
/// thread the answer is written at once. If the client is gone the answer is dropped.
class Responder {
 public:
  explicit Responder(std::shared_ptr<ServerConnection> connection);
  Responder(Responder&&) noexcept;
  Responder& operator=(Responder&&) = delete;
  ~Responder();

  /// A response with a header that cannot be sent (line breaks, Content-Length, ...) becomes 500.
  void answer(Response response) &&;

 private:
  std::shared_ptr<ServerConnection>
      connection_;  // Keeps the request's bytes alive; null once used.
};

/// Runs something on a pool of threads; false: the pool is full, and it will not run.
using RunOnPool = std::function<bool(std::function<void()>)>;

/// Called on the I/O thread, which it must not hold up: slow work goes elsewhere and takes the
/// Responder along.
using Handler = std::function<void(const InboundRequest&, Responder)>;

/// Who answers what.
struct Route {
  /// Separated by one space: "GET POST". GET includes HEAD.
  std::string methods{};
  /// "/health/live" is that path alone, "/webhooks/" everything below it. The longest wins.
  std::string path{};
  /// Bytes; beyond it 413, before they are read where Content-Length tells.
  std::size_t body_limit = 0;
  Handler handler{};
};

struct ServerCounts {
  std::uint64_t open = 0;      // Connections now.
  std::uint64_t accepted = 0;  // Connections ever.
  std::uint64_t evicted = 0;   // Gave way to newer ones.
  std::uint64_t expired = 0;   // Cut at a deadline within a request or an answer.
  std::uint64_t refused = 0;   // Requests that the server answered itself, with 4xx or 5xx.
};

/// HTTP/1.1 over plain TCP for strangers: strict about what it reads (request_head.hpp), bounded in
/// bytes and time, one request of a connection at a time. TLS belongs to the proxy in front.
/// Threads: the one that runs `io`, but for construction and destruction, when nobody runs it.
class Server {
 public:
  /// `io` runs in one thread (concurrency hint 1); it, `clock` and `random` outlive the Server.
  Server(boost::asio::io_context& io, ServerLimits limits, const Clock& clock, Random& random);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Adds a route; all of them before listen().
  void handle(Route route);
  /// Takes these in place of all routes, and these bounds. A request whose head has been read stays
  /// with the route that it found; a time that has begun ends as it would have.
  void change(std::vector<Route> routes, ServerLimits limits);

  /// Raises the limit of open files, binds and accepts from now on. Returns the port, which matters
  /// when `port` is 0. Errors: `config`, the address is not numeric, not ours, or in use.
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);

  /// Stops accepting, closes idle connections, answers what is under way and closes what is left at
  /// `deadline`. Then calls `on_drained`, once.
  void drain(MonotonicTime deadline, std::function<void()> on_drained);

  /// Cuts off whoever is past a deadline. Runs by itself four times a second while there are
  /// connections; tests with a clock of their own call it.
  void sweep();

  ServerCounts counts() const;

 private:
  std::shared_ptr<ServerState> state_;  // Shared with its operations on `io`.
};

}  // namespace conserje
