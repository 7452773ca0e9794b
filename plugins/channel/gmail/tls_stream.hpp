#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "conserje/result.hpp"

namespace conserje::gmail {

/// Keeps SIGPIPE from this thread while it lives: the signal's handling is the host's, and a server
/// that hangs up must not end it.
class SigpipeBlocked {
 public:
  SigpipeBlocked();
  ~SigpipeBlocked();
  SigpipeBlocked(const SigpipeBlocked&) = delete;
  SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;

 private:
  sigset_t sigpipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

/// Where a mail server is, and by whose word it is the right one.
struct ServerAddress {
  std::string host{};
  std::int64_t port = 0;
  std::string ca_file{};  // Empty: the system's authorities.
};

/// One TLS connection; certificate and host name are verified. libcurl makes it and does no more:
/// its own IMAP has no IDLE. Used by one thread; `wake` by any.
class TlsStream {
 public:
  TlsStream();
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  /// Connects, after closing what was open.
  /// Errors: retry, it cannot be reached; config, its certificate is not good; cancelled.
  Status connect(const ServerAddress& address, std::chrono::milliseconds timeout);
  /// Errors: retry, the connection is gone or takes nothing for `timeout`; cancelled.
  Status write(std::string_view bytes, std::chrono::milliseconds timeout);
  /// What has come, at least one byte; empty when nothing comes for `timeout`.
  /// Errors: retry, the connection is gone; cancelled.
  Result<std::string> read(std::chrono::milliseconds timeout);
  void close();

  /// Ends whatever waits now or later with class cancelled.
  void wake();

 private:
  struct Handles;
  Status wait(short events, std::chrono::milliseconds timeout);

  std::unique_ptr<Handles> handles_;
  std::atomic<bool> is_woken_ = false;
};

/// The error that a failed libcurl call means: no connection, or no trust.
Error to_connection_error(int curl_code, const std::string& host);

}  // namespace conserje::gmail
