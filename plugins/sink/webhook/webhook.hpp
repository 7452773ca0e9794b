#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config.hpp"
#include "conserje/sink.hpp"

namespace conserje::webhook {

/// Tells events as signed webhooks: one POST for each, to the event's own target or config.url.
/// Threads: any number; it holds nothing that changes.
class Webhook final : public Sink {
 public:
  /// Errors: config, a secret that cannot sign.
  static Result<std::unique_ptr<Webhook>> create(Host host, const Json& config);

  /// An Error only when the host does not give the secrets.
  Result<sink::DeliverReply> deliver(const Call& call,
                                     const sink::DeliverRequest& request) override;

 private:
  using Keys = std::vector<std::string>;  // The current one first.

  Webhook(Host host, Config config) : host_(host), config_(std::move(config)) {}

  Result<Keys> keys() const;
  Result<std::vector<http::HttpHeader>> headers(const Keys& keys, const std::string& id,
                                                std::string_view body) const;
  sink::DeliveryResult deliver_one(const Call& call, const sink::Delivery& delivery,
                                   const Keys& keys) const;

  const Host host_;
  const Config config_;
};

}  // namespace conserje::webhook
