#pragma once

#include <memory>
#include <string>

#include "calls.hpp"
#include "config.hpp"
#include "conserje/channel.hpp"
#include "signature.hpp"

namespace conserje::vapi {

/// The telephone calls of one VAPI account. What changes is in cj.kv, so any number of calls may
/// run at once.
class Vapi final : public Channel {
 public:
  /// Errors: config, a secret is missing, or a destination is no telephone number.
  static Result<std::unique_ptr<Vapi>> create(Host host, const Json& config);

  Status start(const Call& call) override;
  Status on_timer(const Call& call, std::string_view name) override;

  /// Says the text in the caller's running call. Where none lasts and guests may be called, it
  /// needs a template, which begins a call: its name is the assistant's id. Errors besides those
  /// of Channel: permanent, no call of his lasts.
  Result<channel::SendReply> send(const Call& call, const channel::SendRequest& request) override;
  /// A recording, by the URL of the report.
  Result<FetchedMedia> fetch_media(const Call& call,
                                   const channel::FetchMediaRequest& request) override;
  Result<channel::WebhookEvents> handle_webhook(const Call& call,
                                                const WebhookDelivery& delivery) const override;
  Result<channel::HttpAnswer> answer(const Call& call,
                                     const channel::AnswerRequest& request) const override;
  Result<channel::ChannelHealth> check_health(const Call& call) override;
  channel::Capabilities capabilities() const override { return {}; }

 private:
  Result<channel::WebhookEvents> give_token(const WebhookDelivery& delivery) const;
  Result<channel::SendReply> out_of_call(const channel::SendRequest& request) const;
  Result<channel::SendReply> ring(const Call& call, const channel::SendRequest& request);
  Result<std::string> begin(const Call& call, const channel::SendRequest& request);
  Result<std::string> look_for(const Call& call, const channel::SendRequest& request,
                               std::int64_t since_ms);

  /// `config` holds the secrets themselves, no longer their handles.
  Vapi(Host host, Config config, Verifier verifier);

  bool may_ask(std::string_view url) const;

  Host host_;
  Config config_;
  Verifier verifier_;
  Calls calls_;
};

}  // namespace conserje::vapi
