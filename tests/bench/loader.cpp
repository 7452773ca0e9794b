#include "loader.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "process.hpp"

namespace bench {
namespace {

using Time = std::chrono::steady_clock::time_point;

struct Connection {
  int socket = -1;
  std::size_t request = 0;  // The index of the one under way.
  Time sent_at{};
  std::size_t filled = 0;
  char received[2048];
};

class Run {
 public:
  explicit Run(const Load& load)
      : load_(load), connections_(static_cast<std::size_t>(load.connections)) {}
  ~Run() {
    for (const auto& connection : connections_) close(connection.socket);
    close(epoll_);
  }
  Run(const Run&) = delete;

  Measurement measure() {
    connect_all();
    const auto now = std::chrono::steady_clock::now();
    measured_from_ = now + load_.warm_up;
    ends_ = measured_from_ + load_.measured;
    for (auto& connection : connections_) send_next(connection, now);
    while (under_way_ > 0) turn();
    return result();
  }

 private:
  void connect_all() {
    for (auto& connection : connections_) {
      connection.socket = connect_to(load_.port);
      if (connection.socket < 0)
        throw std::runtime_error("nobody listens on port " + std::to_string(load_.port));
      epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
      epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event);
    }
  }

  void send_next(Connection& connection, Time now) {
    if (next_ == load_.requests.size() && load_.again) next_ = 0;
    if (now >= ends_ || next_ == load_.requests.size()) {
      ends_ = std::min(ends_, now);
      return;
    }
    connection.request = next_++;
    connection.sent_at = now;
    connection.filled = 0;
    ++under_way_;
    const auto& request = load_.requests[connection.request];
    if (send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
      throw std::runtime_error("a request was not taken");
  }

  void turn() {
    epoll_event events[256];
    const int count = epoll_wait(epoll_, events, 256, 10'000);
    if (count <= 0) throw std::runtime_error("no answer in 10 s");
    for (int i = 0; i < count; ++i) receive(*static_cast<Connection*>(events[i].data.ptr));
  }

  void receive(Connection& connection) {
    const auto size = recv(connection.socket, connection.received + connection.filled,
                           sizeof connection.received - connection.filled, 0);
    if (size <= 0) throw std::runtime_error("a connection broke");
    connection.filled += static_cast<std::size_t>(size);
    if (answer_size({connection.received, connection.filled}) == 0) return;

    const auto now = std::chrono::steady_clock::now();
    --under_way_;
    if (std::string_view(connection.received).substr(9, 3) == "200") {
      measurement_.acknowledged.push_back(connection.request);
      if (now >= measured_from_ && now <= ends_) latencies_.push_back(now - connection.sent_at);
    } else {
      ++measurement_.refused;
    }
    send_next(connection, now);
  }

  Measurement result() {
    if (latencies_.empty()) throw std::runtime_error("nothing was answered");
    std::sort(latencies_.begin(), latencies_.end());
    const auto quantile = [&](double share) {
      const auto at = static_cast<std::size_t>(share * static_cast<double>(latencies_.size() - 1));
      return std::chrono::duration<double, std::milli>(latencies_[at]).count();
    };
    const std::chrono::duration<double> time = ends_ - measured_from_;
    measurement_.per_second = static_cast<double>(latencies_.size()) / time.count();
    measurement_.p50_ms = quantile(0.50);
    measurement_.p99_ms = quantile(0.99);
    return std::move(measurement_);
  }

  const Load& load_;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<Connection> connections_;
  std::size_t next_ = 0;
  int under_way_ = 0;
  Time measured_from_{};
  Time ends_{};
  std::vector<std::chrono::nanoseconds> latencies_;
  Measurement measurement_{};
};

}  // namespace

std::size_t answer_size(std::string_view received) {
  constexpr std::string_view kLength = "Content-Length: ";
  const auto head = received.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  const auto length = received.find(kLength);
  const auto body =
      length < head ? std::strtoul(received.data() + length + kLength.size(), nullptr, 10) : 0;
  const auto size = head + 4 + body;
  return received.size() >= size ? size : 0;
}

Measurement run(const Load& load) { return Run(load).measure(); }

}  // namespace bench
