#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api_client.hpp"
#include "intake.hpp"
#include "push.hpp"
#include "transport.hpp"

namespace conserje::gmail {

/// The Gmail API. Pub/Sub only says that the mailbox has changed; what has come is read from the
/// mailbox's history, from where we stopped (kv "history") to its end. Everything in the background
/// runs in timers:
///   push   at once, when a notification has come
///   walk   every poll_s, because notifications get lost
///   watch  daily: a watch ends after seven days without a word
///   keys   before Google's signing keys are too old, and when one is unknown
class ApiTransport final : public Transport {
 public:
  ApiTransport(Host host, const Config& config, Intake& intake);  // Both outlive it.

  Status start() override;
  Status on_timer(const Call& call, std::string_view name) override;
  Result<channel::WebhookEvents> handle_webhook(const Call& call,
                                                const WebhookDelivery& delivery) const override;
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
  using Ids = std::vector<std::string>;

  Status walk(const Call& call);
  Status walk_history(const Call& call, const std::string& from);
  Status walk_everything(const Call& call);
  Status take(const Call& call, const Ids& ids);
  Result<std::optional<RawMail>> read_mail_of(const Call& call, const std::string& id,
                                              std::size_t max_bytes);
  Result<RawMail> read_headers_of(const Call& call, const std::string& id);
  Result<Ids> ids_of(const Call& call, std::int64_t days);
  Result<std::string> newest_history(const Call& call);
  Status store_position(const std::string& history_id);
  Status renew_watch(const Call& call);
  Status renew_keys(const Call& call);
  bool are_keys_under_way() const;
  bool has_time(const Call& call) const;
  bool has_push_token(std::string_view query) const;
  Error refuse_push(const TokenVerdict& verdict) const;
  void remember(const Status& outcome);

  const Host host_;
  const Config& config_;
  Intake& intake_;
  ApiClient client_;

  mutable std::mutex mutex_{};  // Of what follows; never held across a call to the host.
  std::shared_ptr<const KeySet> keys_{};
  mutable std::int64_t keys_asked_ms_ = 0;  // For a push of an unknown key; 0: never.
  mutable bool are_keys_awaited_ = false;   // They have not come since.
  std::uint64_t position_ = 0;              // What we have read up to; 0: not known yet.
  std::int64_t watch_ends_ms_ = 0;
  Health health_{};

  std::atomic<bool> walking_ = false;
  std::atomic<bool> again_ = false;  // Something was announced while we walked.
};

}  // namespace conserje::gmail
