#pragma once

#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/chunked_body.hpp"
#include "http/request_head.hpp"
#include "http/server.hpp"

namespace conserje {

namespace asio = boost::asio;
/// The executor is named, not type-erased: no strand and no indirect call per operation.
using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

/// What a connection waits for.
enum class Phase : std::uint8_t {
  reading,    // The rest of a request; its bytes may not have begun.
  handling,   // Our handler. No deadline: that is the handler's.
  writing,    // The client, to take the answer.
  idle,       // The next request, of which nothing has come.
  lingering,  // The client, to close after our last words: closing first could take them back.
  closed,
};

/// One client. Asio's operations and the request's Responder hold it, and its server's list while
/// it is open.
class ServerConnection : public std::enable_shared_from_this<ServerConnection> {
 public:
  ServerConnection(Socket socket, ServerState& server);

  void start();
  /// From the Responder, on any thread.
  void answer_soon(Response response);
  /// The phase has lasted too long, or the room is needed: tells a client that is sending a
  /// request, and closes.
  void cut_off(Refusal why);
  /// Ends it. The request's bytes stay as long as its Responder does.
  void close();

 private:
  friend class ServerState;  // Keeps phase_, deadline_ and place_ in step with its lists.
  using Place = std::list<std::shared_ptr<ServerConnection>>::iterator;

  void proceed();
  void read_more();
  void grow();
  bool request_is_whole();
  bool head_is_whole();
  bool find_route();
  bool expect_body();
  bool body_is_whole();
  void handle();
  void answer(const Response& response);
  bool refuse(Refusal refusal, std::string allow = {});
  bool write_all();
  void next_request();
  void linger();
  void enter(Phase phase);

  Socket socket_;
  ServerState* server_;
  Phase phase_ = Phase::reading;
  MonotonicTime deadline_{};
  Place place_{};            // In the server's list of phase_.
  bool proceeding_ = false;  // proceed() is on the stack.

  std::string peer_;
  std::vector<char> in_;
  std::size_t filled_ = 0;     // Bytes of in_ that were received and not consumed.
  std::size_t searched_ = 0;   // Bytes of in_ that hold no end of a head.
  std::size_t head_size_ = 0;  // 0: the head is not whole yet.
  RequestHead head_{};
  bool head_only_ = false;  // The method is HEAD.
  bool keep_alive_ = true;  // Another request may follow the answer.
  std::shared_ptr<const Route> route_{};
  std::optional<ChunkedBody> chunked_;
  std::string correlation_id_;
  InboundRequest request_{};
  std::string out_;
  std::size_t written_ = 0;
};

/// What the connections of one server share: its rules, and who is in which phase. Its acceptor's
/// and sweeper's operations hold it, so that they find it whatever is destroyed first.
class ServerState : public std::enable_shared_from_this<ServerState> {
 public:
  ServerState(asio::io_context& io, ServerLimits limits, const Clock& clock, Random& random);

  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port);
  void change(ServerLimits limits);
  void drain(MonotonicTime deadline, std::function<void()> on_drained);
  void sweep();
  /// Closes everything.
  void stop();

  /// The route of a request; if there is none but for other methods, those in `allow`.
  std::shared_ptr<const Route> find_route(std::string_view method, std::string_view path,
                                          std::string& allow) const;
  /// The Date header's value; made once a second.
  const std::string& date();
  /// A correlation id.
  std::string fresh_id();

  /// Takes a connection from its phase's list to another's, with a new deadline.
  void enter(ServerConnection& connection, Phase phase);
  void leave(ServerConnection& connection);

  ServerLimits limits;
  const Clock& clock;
  std::vector<std::shared_ptr<const Route>> routes;
  ServerCounts counts;
  bool draining = false;

 private:
  using Executor = asio::io_context::executor_type;
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
  using Steady = std::chrono::steady_clock;
  using Timer = asio::basic_waitable_timer<Steady, asio::wait_traits<Steady>, Executor>;
  using Connections = std::list<std::shared_ptr<ServerConnection>>;

  void accept_next();
  void add(Socket socket);
  bool make_room();
  void schedule_sweep();
  void close_all();
  void report_drained();
  Millis lasts(Phase phase) const;
  Connections& in(Phase phase) { return lists_[static_cast<std::size_t>(phase)]; }

  asio::io_context& io_;
  Random& random_;
  std::array<std::byte, 1024> fresh_{};  // Random bytes; the last `fresh_left_` are unused.
  std::size_t fresh_left_ = 0;
  Acceptor acceptor_;
  bool accepting_ = false;  // An accept is under way.
  Timer sweeper_;
  bool sweep_is_scheduled_ = false;
  std::size_t most_connections_;
  /// By phase, each in the order of deadlines: a phase lasts equally long for all.
  std::array<Connections, 5> lists_;
  WallTime date_made_{};
  std::string date_;
  MonotonicTime drain_deadline_{};
  std::function<void()> on_drained_;
};

}  // namespace conserje
