#include "paced_loader.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <list>
#include <stdexcept>
#include <string_view>

#include "loader.hpp"
#include "process.hpp"

namespace bench {
namespace {

struct Connection {
  int socket = -1;
  std::size_t sample = 0;  // The index of the one under way.
  bool is_busy = false;
  std::string received{};
};

class Connections {
 public:
  explicit Connections(std::uint16_t port) : port_(port) {}
  ~Connections() {
    for (const auto& connection : all_) close(connection.socket);
    close(epoll_);
  }
  Connections(const Connections&) = delete;

  void send_on_a_free_one(const std::string& request, std::size_t sample) {
    const auto free = std::ranges::find(all_, false, &Connection::is_busy);
    auto& connection = free == all_.end() ? add() : *free;
    connection.is_busy = true;
    connection.sample = sample;
    connection.received.clear();
    ++under_way_;
    if (send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
      throw std::runtime_error("a request was not taken");
  }

  /// Calls `answered(sample, answer)` for each whole answer that comes within `time`.
  template <class F>
  void receive(std::chrono::nanoseconds time, F&& answered) {
    const timespec wait{.tv_sec = time.count() / 1'000'000'000,
                        .tv_nsec = time.count() % 1'000'000'000};
    epoll_event events[64];
    const int count = epoll_pwait2(epoll_, events, 64, &wait, nullptr);
    for (int i = 0; i < count; ++i) {
      auto& connection = *static_cast<Connection*>(events[i].data.ptr);
      char bytes[2048];
      const auto size = recv(connection.socket, bytes, sizeof bytes, 0);
      if (size <= 0) throw std::runtime_error("a connection broke");
      connection.received.append(bytes, static_cast<std::size_t>(size));
      if (answer_size(connection.received) == 0) continue;
      connection.is_busy = false;
      --under_way_;
      answered(connection.sample, connection.received);
    }
  }

  int under_way() const { return under_way_; }

 private:
  Connection& add() {
    auto& connection = all_.emplace_back();
    connection.socket = connect_to(port_);
    if (connection.socket < 0) throw std::runtime_error("nobody listens");
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &connection}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket, &event);
    return connection;
  }

  const std::uint16_t port_;
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::list<Connection> all_{};
  int under_way_ = 0;
};

}  // namespace

PacedLoader::PacedLoader(std::uint16_t port, double per_second,
                         std::span<const std::string> requests)
    : thread_([this, port, per_second, requests] {
        try {
          run(port, std::chrono::nanoseconds(static_cast<long>(1e9 / per_second)), requests);
        } catch (const std::exception& error) {
          failed_ = error.what();
        }
      }) {}

std::vector<PacedLoader::Sample> PacedLoader::stop() {
  stopping_ = true;
  thread_.join();
  if (!failed_.empty()) throw std::runtime_error(failed_);
  return std::move(samples_);
}

void PacedLoader::run(std::uint16_t port, std::chrono::nanoseconds pace,
                      std::span<const std::string> requests) {
  constexpr std::chrono::milliseconds kLongest{100};
  Connections connections(port);
  auto due = std::chrono::steady_clock::now();
  const auto may_send = [&] { return !stopping_ && samples_.size() < requests.size(); };
  while (may_send() || connections.under_way() > 0) {
    const auto now = std::chrono::steady_clock::now();
    for (; may_send() && due <= now; due += pace) {
      samples_.push_back({.due = due, .request = samples_.size()});
      connections.send_on_a_free_one(requests[samples_.size() - 1], samples_.size() - 1);
    }
    const auto wait = may_send() ? due - std::chrono::steady_clock::now() : kLongest;
    connections.receive(
        std::clamp<std::chrono::nanoseconds>(wait, std::chrono::nanoseconds(0), kLongest),
        [&](std::size_t index, std::string_view answer) {
          auto& sample = samples_[index];
          sample.latency = std::chrono::steady_clock::now() - sample.due;
          sample.acknowledged = answer.substr(9, 3) == "200";
        });
  }
}

}  // namespace bench
