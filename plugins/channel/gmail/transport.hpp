#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/channel.hpp"
#include "inbound.hpp"

namespace conserje::gmail {

/// A mail and what the mailbox says of it.
struct RawMail {
  Stored stored{};
  std::string bytes{};
};

/// How mails come and go: by the Gmail API, or by IMAP and SMTP. What a mail means is the same in
/// both and stands elsewhere. Threads: any; start and stop on the main thread.
class Transport {
 public:
  virtual ~Transport() = default;
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  virtual Status start() = 0;
  /// Afterwards nothing of it runs.
  virtual void stop() {}
  virtual Status on_timer(const Call&, std::string_view /*name*/) { return Done{}; }
  virtual Result<channel::WebhookEvents> handle_webhook(const Call&, const WebhookDelivery&) const {
    return Error{ErrorClass::permanent, "gmail: this transport takes no webhooks"};
  }

  /// Hands a composed mail over. Errors: deadline, it may have been sent.
  virtual Status send(const Call& call, std::string_view recipient, const std::string& mail,
                      const std::string& thread_id) = 0;
  /// Whether Sent has a mail with this Message-ID.
  virtual Result<bool> was_sent(const Call& call, const std::string& message_id) = 0;
  /// One mail by the key in a media reference. Errors: permanent, it is gone or over the bound.
  virtual Result<RawMail> fetch(const Call& call, const std::string& fetch_key,
                                std::size_t max_bytes) = 0;

  struct Page {
    std::vector<RawMail> mails{};
    std::string next_cursor{};
  };
  /// The mails of the last `days` days in the inbox, oldest first, after `cursor`.
  virtual Result<Page> list(const Call& call, std::int64_t days, const std::string& cursor,
                            std::size_t limit) = 0;
  virtual Result<channel::ChannelHealth> check_health(const Call& call) = 0;
  virtual Health health() const { return {}; }
};

}  // namespace conserje::gmail
