#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../common/progress.hpp"
#include "api.hpp"
#include "config.hpp"
#include "conserje/channel.hpp"
#include "conserje/url.hpp"
#include "pace.hpp"

namespace conserje::twilio {

/// One sender at Twilio: a number for SMS, or one for WhatsApp. Any number of calls may run at
/// once: what changes is the pace, which has its lock, and the time of the last refusal that was
/// logged.
class Twilio final : public Channel {
 public:
  /// Errors: config, a secret is missing or empty.
  static Result<std::unique_ptr<Twilio>> create(Host host, const Json& config);

  Status start(const Call& call) override;

  /// A long text goes as several messages. When one of them is refused, the error says which; those
  /// before it have been sent, and are not sent again with the same reference.
  Result<channel::SendReply> send(const Call& call, const channel::SendRequest& request) override;
  /// Twilio fetches what it sends, so the file must have a URL.
  Result<channel::SendReply> send_media(const Call& call, const channel::SendRequest& request,
                                        std::string_view file) override;
  Result<FetchedMedia> fetch_media(const Call& call,
                                   const channel::FetchMediaRequest& request) override;
  Result<channel::WebhookEvents> handle_webhook(const Call& call,
                                                const WebhookDelivery& delivery) const override;
  /// Day by day of UTC, which is how the provider's list is asked.
  Result<channel::ListSinceReply> list_since(const Call& call,
                                             const channel::ListSinceRequest& request) override;
  Result<channel::DeliveryStatusReply> delivery_status(
      const Call& call, const channel::DeliveryStatusRequest& request) override;
  Result<channel::ChannelHealth> check_health(const Call& call) override;
  channel::Capabilities capabilities() const override;

 private:
  /// `config` holds the secrets themselves, no longer their handles.
  Twilio(Host host, Config config);

  Status verify(const WebhookDelivery& delivery, const url::Fields& fields, bool is_form) const;
  bool is_signed(const WebhookDelivery& delivery, std::string_view url, std::string_view signature,
                 std::string_view parameters) const;
  Error refusal(const WebhookDelivery& delivery, std::string_view url, std::string_view reason,
                const url::Fields& fields) const;

  Progress::Ids begin_parts(const std::string& reference, std::size_t parts) const;
  void keep_parts(const std::string& reference, std::size_t part, const Progress::Ids& ids) const;
  void learn_parts(const std::string& reference, const std::vector<const Message*>& parts) const;

  Status add_day(const Call& call, std::int64_t day, std::string_view after,
                 const channel::ListSinceRequest& request, channel::ListSinceReply& reply) const;

  Host host_;
  Config config_;
  Api api_;  // Borrows config_.
  Pace pace_;
  Progress progress_;
  mutable std::atomic<std::int64_t> refusal_logged_ms_ = 0;
  mutable std::atomic<std::int64_t> refusals_unlogged_ = 0;
};

}  // namespace conserje::twilio
