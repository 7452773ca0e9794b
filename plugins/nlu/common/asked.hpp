#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "breaker.hpp"
#include "conserje/nlu.hpp"
#include "embedded.hpp"

namespace conserje::nlu {

/// An nlu plugin that asks a server, and answers by the embedded engine where the server does not:
/// a guest never waits for one that is away. Its subclasses know the server's protocol.
/// Threads: any number.
class Asked : public Nlu {
 public:
  /// The server's understanding, or the embedded engine's alone: when the message only answers what
  /// we asked, is empty or longer than kLongestText, when the server is away, and while the breaker
  /// is open. Errors: permanent, `now` is no local date-time.
  Result<ParseReply> parse(const Call& call, const ParseRequest& request) final;
  /// Degraded while the last question was not answered.
  Health health() const final;

  static constexpr std::size_t kLongestText = 4096;  // Bytes, as the embedded engine reads.

 protected:
  Asked(Host host, std::unique_ptr<const Embedded> embedded)
      : host_(host), embedded_(std::move(embedded)) {}

  /// Asks the server about a message that the embedded engine reads as `own`. Errors: any; those of
  /// class permanent are of this message and say nothing about the server.
  virtual Result<ParseReply> ask(const Call& call, const ParseRequest& request,
                                 const ParseReply& own) = 0;

  const Host& host() const { return host_; }
  const Embedded& embedded() const { return *embedded_; }

 private:
  void remember(const Result<ParseReply>& outcome);

  const Host host_;
  const std::unique_ptr<const Embedded> embedded_;
  Breaker breaker_;
  mutable std::mutex mutex_;
  std::string trouble_{};  // Of the last question, guarded by mutex_; empty: none.
};

/// What an answer's HTTP status is worth; nullopt: 2xx. `who`: "rasa". The text has nothing of what
/// the server wrote, which may repeat a key or a guest's words.
std::optional<Error> http_error(const HttpResponse& response, std::string_view who);

/// Sends once more when nothing was sent: a kept connection that the server has closed meanwhile.
Result<HttpResponse> send(const Host& host, const Call& call, const http::HttpCall& request,
                          std::string_view body);

}  // namespace conserje::nlu
