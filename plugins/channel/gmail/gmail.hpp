#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config.hpp"
#include "conserje/channel.hpp"
#include "intake.hpp"
#include "transport.hpp"

namespace conserje::gmail {

/// Of a file that we send: in base64 it grows by a third, and Gmail takes 25 MB.
inline constexpr std::int64_t kMaxFile = 18 * 1024 * 1024;

/// One mailbox. What mails mean stands here and in what it calls; how they come and go is the
/// transport's.
class Gmail final : public Channel {
 public:
  /// Errors: config, a setting or a secret that the transport needs is missing.
  static Result<std::unique_ptr<Gmail>> create(Host host, const Json& config);

  Status start(const Call&) override { return transport_->start(); }
  Status drain(const Call&) override;
  Health health() const override { return transport_->health(); }
  Status on_timer(const Call& call, std::string_view name) override {
    return transport_->on_timer(call, name);
  }

  /// One mail, below the guest's last one. From the second attempt on Sent is asked first, so that
  /// a mail of unknown outcome goes once.
  Result<channel::SendReply> send(const Call& call, const channel::SendRequest& request) override;
  Result<channel::SendReply> send_media(const Call& call, const channel::SendRequest& request,
                                        std::string_view file) override;
  Result<FetchedMedia> fetch_media(const Call& call,
                                   const channel::FetchMediaRequest& request) override;
  Result<channel::WebhookEvents> handle_webhook(const Call& call,
                                                const WebhookDelivery& delivery) const override {
    return transport_->handle_webhook(call, delivery);
  }
  Result<channel::ListSinceReply> list_since(const Call& call,
                                             const channel::ListSinceRequest& request) override;
  Result<channel::DeliveryStatusReply> delivery_status(
      const Call& call, const channel::DeliveryStatusRequest& request) override;
  Result<channel::ChannelHealth> check_health(const Call& call) override {
    return transport_->check_health(call);
  }
  channel::Capabilities capabilities() const override;

 private:
  Gmail(Host host, Config config);

  Result<channel::SendReply> send_mail(const Call& call, const channel::SendRequest& request,
                                       std::string text, const std::string_view* file);

  const Host host_;
  const Config config_;
  Intake intake_;
  std::unique_ptr<Transport> transport_;  // Last: it uses all of the above.
};

}  // namespace conserje::gmail
