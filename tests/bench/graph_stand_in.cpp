#include "graph_stand_in.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace bench {
namespace {

/// The bytes of the request that `received` begins with; 0 while it is not whole.
std::size_t request_size(std::string_view received, std::size_t& body_at) {
  constexpr std::string_view kLength = "Content-Length: ";
  const auto head = received.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  const auto length = received.find(kLength);
  body_at = head + 4;
  const auto body =
      length < head ? std::strtoul(received.data() + length + kLength.size(), nullptr, 10) : 0;
  return received.size() >= body_at + body ? body_at + body : 0;
}

}  // namespace

GraphStandIn::GraphStandIn() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0)
    throw std::runtime_error("the stand-in cannot listen");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_all(); });
}

GraphStandIn::~GraphStandIn() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  threads_.clear();
  for (const int socket : sockets_) ::close(socket);
  ::close(listener_);
}

void GraphStandIn::accept_all() {
  for (int socket = 0; (socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    const int yes = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

void GraphStandIn::serve(int socket) {
  std::string received;
  char bytes[4096];
  for (ssize_t got = 0; (got = ::recv(socket, bytes, sizeof bytes, 0)) > 0;) {
    received.append(bytes, static_cast<std::size_t>(got));
    std::size_t body_at = 0;
    const auto size = request_size(received, body_at);
    if (size == 0) continue;
    take(received.substr(body_at, size - body_at));
    received.erase(0, size);
    const std::string body = R"({"messaging_product":"whatsapp","messages":[{"id":"wamid.)" +
                             std::to_string(count()) + R"("}]})";
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    if (::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
  }
}

void GraphStandIn::take(const std::string& body) {
  constexpr std::string_view kKey = R"("biz_opaque_callback_data":")";
  const auto key = body.find(kKey);
  std::string reference;
  if (key != std::string::npos) {
    const auto begin = key + kKey.size();
    reference = body.substr(begin, body.find('"', begin) - begin);
  }
  const std::lock_guard lock(mutex_);
  ++replies_[reference];
}

std::size_t GraphStandIn::count() const {
  const std::lock_guard lock(mutex_);
  return replies_.size();
}

std::map<std::string, int> GraphStandIn::replies() const {
  const std::lock_guard lock(mutex_);
  return replies_;
}

}  // namespace bench
