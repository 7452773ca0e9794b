#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config.hpp"
#include "conserje/channel.hpp"

namespace conserje::whatsapp {

/// One business number on Meta's WhatsApp Cloud API. Holds nothing that changes, so any number of
/// calls may run at once.
class WhatsApp final : public Channel {
 public:
  /// Errors: config, a secret is missing or empty.
  static Result<std::unique_ptr<WhatsApp>> create(Host host, const Json& config);

  /// A long text goes as several messages. When one of them is refused, the error says which; those
  /// before it have been sent.
  Result<channel::SendReply> send(const Call& call, const channel::SendRequest& request) override;
  Result<channel::WebhookEvents> handle_webhook(const Call& call,
                                                const WebhookDelivery& delivery) const override;
  Result<channel::ChannelHealth> check_health(const Call& call) override;
  channel::Capabilities capabilities() const override;

 private:
  /// `config` holds the secrets themselves, no longer their handles.
  WhatsApp(Host host, Config config);

  channel::HttpAnswer answer_handshake(std::string_view query) const;
  bool is_signed(const WebhookDelivery& delivery) const;
  Result<HttpResponse> request(const Call& call, std::string method, std::string path,
                               std::string_view body) const;

  Host host_;
  Config config_;
};

}  // namespace conserje::whatsapp
