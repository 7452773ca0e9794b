#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"
#include "conserje/host.hpp"
#include "imap_reply.hpp"
#include "tls_stream.hpp"
#include "transport.hpp"

namespace conserje::gmail {

/// One login at the IMAP server. Used by one thread. After any error of class retry, cancelled or
/// deadline it is of no use any more.
class ImapSession {
 public:
  /// All outlive it. deadline_ns: of the host's monotonic clock; 0: none.
  ImapSession(Host host, const Config& config, TlsStream& stream, std::uint64_t deadline_ns = 0);

  /// Connects and logs in.
  /// Errors: config, no trust or no login; retry, also with a wait; cancelled.
  Status open();

  struct Folder {
    std::uint64_t uid_validity = 0;
    std::uint64_t uid_next = 0;

    bool operator==(const Folder&) const = default;
  };
  Result<Folder> select(std::string_view folder);
  /// The folder for sent mails, by its special use; its name is in the account's language.
  Result<std::string> sent_folder();
  /// The UIDs that fit, ascending.
  Result<std::vector<std::uint64_t>> search(const std::string& criteria);
  /// One mail of the selected folder; of one over `max_bytes` the headers alone. nullopt: it is
  /// gone.
  Result<std::optional<RawMail>> fetch(const Folder& folder, std::uint64_t uid,
                                       std::size_t max_bytes);
  /// Waits until the server announces something, at most `longest`. Where it has no IDLE, just
  /// waits.
  Status idle(std::chrono::milliseconds longest);
  void close();

 private:
  using OnData = std::function<void(const ImapReply&)>;

  Result<ImapReply> read(std::chrono::milliseconds timeout);
  Result<ImapReply> run(const std::string& command, const OnData& on_data = {});
  Result<ImapReply> await(const std::string& tag, const OnData& on_data,
                          std::chrono::milliseconds patience);
  Status send(const std::string& line);
  Status read_capabilities();
  bool has(std::string_view capability) const;

  const Host host_;
  const Config& config_;
  TlsStream& stream_;
  const std::uint64_t deadline_ns_;
  ImapReader reader_;
  std::vector<std::string> capabilities_{};  // Upper case.
  unsigned commands_ = 0;
};

}  // namespace conserje::gmail
