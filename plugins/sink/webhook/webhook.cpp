#include "webhook.hpp"

#include <utility>

#include "outcome.hpp"
#include "payload.hpp"
#include "signature.hpp"

namespace conserje::webhook {

Result<std::unique_ptr<Webhook>> Webhook::create(Host host, const Json& json) {
  auto config = decode_config<Config>(json);
  if (!config) return config.error();
  std::unique_ptr<Webhook> made(new Webhook(host, *std::move(config)));
  if (const auto keys = made->keys(); !keys) return keys.error();
  return made;
}

Result<sink::DeliverReply> Webhook::deliver(const Call& call, const sink::DeliverRequest& request) {
  const auto keys = this->keys();
  if (!keys) return keys.error();
  sink::DeliverReply reply;
  for (const auto& delivery : request.deliveries)
    reply.results.push_back(deliver_one(call, delivery, *keys));
  return reply;
}

sink::DeliveryResult Webhook::deliver_one(const Call& call, const sink::Delivery& delivery,
                                          const Keys& keys) const {
  const auto& event = delivery.event;
  const auto& url = delivery.target.empty() ? config_.url : delivery.target;
  if (url.empty()) return {.status = "config", .error = "no URL is configured"};
  if (!is_signable(event.id)) return {.status = "permanent", .error = "its id cannot be signed"};

  const std::string body = to_body(event);
  auto headers = this->headers(keys, event.id, body);
  if (!headers) return outcome_of(headers.error());
  // The answer's size is left at the host's limit: of a body that is cut off, the status is lost.
  const auto response = host_.http(call,
                                   {.method = "POST",
                                    .url = url,
                                    .headers = *std::move(headers),
                                    .timeout_ms = config_.timeout_ms,
                                    .user_supplied = !config_.allow_private_addresses},
                                   body);
  if (!response) return outcome_of(response.error());
  return outcome_of(*response, host_.now_ms());
}

Result<Webhook::Keys> Webhook::keys() const {
  Keys keys;
  for (const auto& handle : {config_.secret, config_.previous_secret}) {
    if (handle.empty()) continue;
    const auto secret = host_.secret(handle);
    if (!secret) return secret.error();
    auto key = key_of(*secret);
    if (!key) return key.error();
    keys.push_back(*std::move(key));
  }
  return keys;
}

/// webhook-signature has a token of each key; X-Signature, which holds one, is of the current key.
Result<std::vector<http::HttpHeader>> Webhook::headers(const Keys& keys, const std::string& id,
                                                       std::string_view body) const {
  const std::int64_t now_s = host_.now_ms() / 1000;
  std::string tokens;
  for (const auto& key : keys) {
    const auto token = standard_signature(host_, key, id, now_s, body);
    if (!token) return token.error();
    tokens += (tokens.empty() ? "" : " ") + *token;
  }
  auto plain = plain_signature(host_, keys.front(), body);
  if (!plain) return plain.error();
  return std::vector<http::HttpHeader>{{"content-type", "application/json"},
                                       {"webhook-id", id},
                                       {"webhook-timestamp", std::to_string(now_s)},
                                       {"webhook-signature", tokens},
                                       {"x-signature", *std::move(plain)}};
}

}  // namespace conserje::webhook
