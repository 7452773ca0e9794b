#include "socket_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <utility>

namespace conserje {

Peer::Peer(int socket, SSL* tls, std::function<void(std::string)> on_request)
    : socket_(socket), tls_(tls), on_request_(std::move(on_request)) {}
Peer::~Peer() {
  if (tls_ != nullptr) SSL_free(tls_);
}

long Peer::receive(char* to, std::size_t size) {
  if (tls_ != nullptr) return SSL_read(tls_, to, static_cast<int>(size));
  return recv(socket_, to, size, 0);
}

bool Peer::read_request() {
  const auto is_whole = [&] {
    const auto end = received_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const auto length = received_.find("Content-Length: ");
    const auto body = length < end ? std::stoul(received_.substr(length + 16)) : 0;
    return received_.size() >= end + 4 + body;
  };
  char bytes[16 * 1024];
  while (!is_whole()) {
    const auto size = receive(bytes, sizeof bytes);
    if (size <= 0) return false;
    received_.append(bytes, static_cast<std::size_t>(size));
  }
  on_request_(std::exchange(received_, {}));
  return true;
}

void Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = tls_ != nullptr
                          ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                          : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Peer::reset() {
  const linger now{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void Peer::wait_for_end() {
  char bytes[1024];
  while (receive(bytes, sizeof bytes) > 0) {
  }
}

SocketServer::SocketServer(SSL_CTX* context, Behaviour behaviour)
    : context_(context),
      behaviour_(std::move(behaviour)),
      listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's way to say that a client has gone.
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 64) != 0)
    throw std::runtime_error("the test's server cannot listen");
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this] { serve(); });
}

SocketServer::~SocketServer() {
  shutdown(listener_, SHUT_RDWR);
  if (const auto open = open_.load(); open >= 0) shutdown(open, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void SocketServer::serve() {
  while (true) {
    const auto socket = accept(listener_, nullptr, nullptr);
    if (socket < 0) return;
    ++connections_;
    open_ = socket;
    SSL* tls = nullptr;
    if (context_ != nullptr) {
      tls = SSL_new(context_);
      SSL_set_fd(tls, socket);
    }
    Peer peer(socket, tls, [this](std::string request) {
      const std::lock_guard lock(mutex_);
      requests_.push_back(std::move(request));
    });
    if (tls == nullptr || SSL_accept(tls) == 1) behaviour_(peer);
    open_ = -1;
    close(socket);
  }
}

std::vector<std::string> SocketServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

Certificate::Certificate(const std::string& name)
    : key(EVP_EC_gen("P-256")), certificate(X509_new()) {
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  auto* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, subject);
  auto* const names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, ("DNS:" + name).c_str());
  X509_add_ext(certificate, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate, key, EVP_sha256());
}

Certificate::~Certificate() {
  X509_free(certificate);
  EVP_PKEY_free(key);
}

std::string Certificate::pem() const {
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(memory.get(), certificate);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> Certificate::context() const {
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_server_method()),
                                                       SSL_CTX_free);
  SSL_CTX_use_certificate(context.get(), certificate);
  SSL_CTX_use_PrivateKey(context.get(), key);
  return context;
}

}  // namespace conserje
