#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "imap_session.hpp"
#include "intake.hpp"
#include "transport.hpp"

namespace conserje::gmail {

/// IMAP and SMTP. A thread of its own holds one connection in IDLE, reads what is new, and notes in
/// the host's store (kv "imap") up to which mail, once the host has stored them. Everything else
/// opens a connection for itself.
class ImapTransport final : public Transport {
 public:
  ImapTransport(Host host, const Config& config, Intake& intake);  // Both outlive it.
  ~ImapTransport() override;

  Status start() override;
  void stop() override;
  Status on_timer(const Call& call, std::string_view name) override;
  Status send(const Call& call, std::string_view recipient, const std::string& mail,
              const std::string& thread_id) override;
  Result<bool> was_sent(const Call& call, const std::string& message_id) override;
  Result<RawMail> fetch(const Call& call, const std::string& fetch_key,
                        std::size_t max_bytes) override;
  Result<Page> list(const Call& call, std::int64_t days, const std::string& cursor,
                    std::size_t limit) override;
  Result<channel::ChannelHealth> check_health(const Call& call) override;
  Health health() const override;

 private:
  /// What stands in the host's store.
  struct Position {
    std::uint64_t uid_validity = 0;
    std::uint64_t uid = 0;  // The last one that is done.
    std::int64_t at_ms = 0;
  };

  /// Logs in, unless a login was refused a moment ago.
  Status open(ImapSession& session);
  Result<ImapSession::Folder> enter(ImapSession& session, std::string_view folder);
  std::optional<Error> refusal() const;
  void refuse(const Error& error);

  void receive(const std::stop_token& stop);
  Status hold_connection(const std::stop_token& stop);
  Status read_new(ImapSession& session, const ImapSession::Folder& folder);
  Status read_all(ImapSession& session, const ImapSession::Folder& folder,
                  const std::vector<std::uint64_t>& uids);
  Result<std::optional<Position>> position() const;
  Status store(const Position& position);
  void remember(const Status& outcome);
  void pause(const std::stop_token& stop, std::chrono::milliseconds time);
  std::chrono::milliseconds backoff(const Error& error);

  const Host host_;
  const Config& config_;
  Intake& intake_;
  TlsStream stream_{};     // Of the thread.
  unsigned failures_ = 0;  // Of the thread: in a row.

  mutable std::mutex mutex_{};  // Of what follows.
  std::condition_variable_any woken_{};
  Health health_{"degraded", "not connected yet"};
  std::optional<Error> refusal_{};      // Of the last login, until
  std::uint64_t refused_until_ns_ = 0;  // of the monotonic clock.

  std::jthread receiver_{};  // Last: it uses all of the above.
};

}  // namespace conserje::gmail
