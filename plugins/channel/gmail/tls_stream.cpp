#include "tls_stream.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <mutex>
#include <stdexcept>

namespace conserje::gmail {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;

void initialise_curl() {
  static std::once_flag once;  // The host has done it, but a worker has not.
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds time_until(Clock::time_point until) {
  return std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
}

Error gone() { return {ErrorClass::retry, "gmail: the mail server closed the connection"}; }
Error woken() { return {ErrorClass::cancelled, "gmail: the connection was asked to end"}; }

}  // namespace

SigpipeBlocked::SigpipeBlocked() {
  sigemptyset(&sigpipe_);
  sigaddset(&sigpipe_, SIGPIPE);
  sigset_t pending;
  sigpending(&pending);
  was_pending_ = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
}

SigpipeBlocked::~SigpipeBlocked() {
  const timespec at_once{};
  if (!was_pending_) sigtimedwait(&sigpipe_, nullptr, &at_once);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

struct TlsStream::Handles {
  CURLM* multi = nullptr;
  CURL* easy = nullptr;
  curl_socket_t socket = CURL_SOCKET_BAD;
};

TlsStream::TlsStream() : handles_(std::make_unique<Handles>()) {
  initialise_curl();
  handles_->multi = curl_multi_init();
  if (handles_->multi == nullptr) throw std::runtime_error("libcurl gives no handle");
}

TlsStream::~TlsStream() {
  close();
  curl_multi_cleanup(handles_->multi);
}

void TlsStream::close() {
  if (handles_->easy == nullptr) return;
  const SigpipeBlocked guard;
  curl_multi_remove_handle(handles_->multi, handles_->easy);
  curl_easy_cleanup(handles_->easy);
  handles_->easy = nullptr;
  handles_->socket = CURL_SOCKET_BAD;
}

Status TlsStream::connect(const ServerAddress& address, std::chrono::milliseconds timeout) {
  const SigpipeBlocked guard;
  close();
  auto* easy = handles_->easy = curl_easy_init();
  if (easy == nullptr) return Error{ErrorClass::retry, "gmail: libcurl gives no handle"};
  // The scheme says TLS; with CONNECT_ONLY no byte of HTTP is sent.
  const auto url = "https://" + address.host + ":" + std::to_string(address.port) + "/";
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout.count()));
  if (!address.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, address.ca_file.c_str());
  curl_multi_add_handle(handles_->multi, easy);
  for (int running = 1; running > 0;) {
    if (is_woken_) return woken();
    curl_multi_perform(handles_->multi, &running);
    if (running > 0)
      curl_multi_poll(handles_->multi, nullptr, 0, static_cast<int>(timeout.count()), nullptr);
  }
  int left = 0;
  const auto* message = curl_multi_info_read(handles_->multi, &left);
  const auto code = message == nullptr ? CURLE_COULDNT_CONNECT : message->data.result;
  if (code != CURLE_OK) return to_connection_error(code, address.host);
  curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &handles_->socket);
  return handles_->socket == CURL_SOCKET_BAD ? Status(gone()) : Status(Done{});
}

/// Success also when the time is over, and now and then before: libcurl has timers of its own,
/// which it looks after here, because a poll ends at once while one of them is over.
Status TlsStream::wait(short events, std::chrono::milliseconds timeout) {
  if (is_woken_) return woken();
  curl_waitfd waited{handles_->socket, events, 0};
  curl_multi_poll(handles_->multi, &waited, 1, static_cast<int>(timeout.count()), nullptr);
  int running = 0;
  curl_multi_perform(handles_->multi, &running);
  return is_woken_ ? Status(woken()) : Status(Done{});
}

Status TlsStream::write(std::string_view bytes, std::chrono::milliseconds timeout) {
  const SigpipeBlocked guard;
  if (handles_->easy == nullptr) return gone();
  auto until = Clock::now() + timeout;
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const auto code = curl_easy_send(handles_->easy, bytes.data(), bytes.size(), &sent);
    if (code != CURLE_OK && code != CURLE_AGAIN) return gone();
    bytes.remove_prefix(std::min(sent, bytes.size()));
    if (sent > 0) {
      until = Clock::now() + timeout;
      continue;
    }
    const auto left = time_until(until);
    if (left <= left.zero()) return gone();
    if (const auto waited = wait(CURL_WAIT_POLLOUT, left); !waited) return waited;
  }
  return Done{};
}

/// TLS may hold bytes that the socket does not show any more, so it is read before it is waited
/// for.
Result<std::string> TlsStream::read(std::chrono::milliseconds timeout) {
  const SigpipeBlocked guard;
  if (handles_->easy == nullptr) return gone();
  for (const auto until = Clock::now() + timeout;;) {
    std::array<char, kReadBytes> buffer{};
    std::size_t got = 0;
    const auto code = curl_easy_recv(handles_->easy, buffer.data(), buffer.size(), &got);
    if (code == CURLE_OK && got > 0) return std::string(buffer.data(), got);
    if (code != CURLE_AGAIN) return gone();
    const auto left = time_until(until);
    if (left <= left.zero()) return std::string();
    if (const auto waited = wait(CURL_WAIT_POLLIN, left); !waited) return waited.error();
  }
}

void TlsStream::wake() {
  is_woken_ = true;
  curl_multi_wakeup(handles_->multi);
}

Error to_connection_error(int curl_code, const std::string& host) {
  switch (curl_code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return {ErrorClass::config,
              "gmail: the certificate of " + host + " is not good for that name (" +
                  curl_easy_strerror(static_cast<CURLcode>(curl_code)) +
                  "); an operator must correct the host's name, or set ca_file"};
    case CURLE_USE_SSL_FAILED:
      return {ErrorClass::config,
              "gmail: " + host + " offers no STARTTLS; nothing is sent without"};
    default:
      return {ErrorClass::retry, "gmail: no connection to " + host + ": " +
                                     curl_easy_strerror(static_cast<CURLcode>(curl_code))};
  }
}

}  // namespace conserje::gmail
