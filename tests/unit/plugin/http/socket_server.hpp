#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace conserje {

/// The server's end of one connection, blocking; over TLS if the server speaks it.
class Peer {
 public:
  Peer(int socket, SSL* tls, std::function<void(std::string)> on_request);
  ~Peer();
  Peer(const Peer&) = delete;

  /// Reads a request, head and body, and records it. False: the client has gone.
  bool read_request();
  void send(std::string_view bytes);
  /// Leaves with a reset instead of an end.
  void reset();
  /// Until the client has gone.
  void wait_for_end();

 private:
  long receive(char* to, std::size_t size);

  int socket_;
  SSL* tls_;
  std::function<void(std::string)> on_request_;
  std::string received_;
};

/// A server of 127.0.0.1 that treats each connection, one after the other, as the test says.
class SocketServer {
 public:
  using Behaviour = std::function<void(Peer&)>;

  explicit SocketServer(Behaviour behaviour) : SocketServer(nullptr, std::move(behaviour)) {}
  /// Speaks TLS with `context`, which outlives it.
  SocketServer(SSL_CTX* context, Behaviour behaviour);
  ~SocketServer();

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }
  std::vector<std::string> requests() const;

 private:
  void serve();

  SSL_CTX* context_;
  Behaviour behaviour_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<int> open_ = -1;  // The connection that is served, to be cut at the end.
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::jthread thread_;
};

/// A key and a certificate that it signed itself, for `name`.
struct Certificate {
  explicit Certificate(const std::string& name);
  ~Certificate();
  Certificate(const Certificate&) = delete;

  std::string pem() const;
  /// A server's context.
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context() const;

  EVP_PKEY* key;
  X509* certificate;
};

}  // namespace conserje
