#pragma once

#include <memory>
#include <string>
#include <utility>

#include "conserje/channel.hpp"
#include "conserje/config.hpp"

namespace example {

/// The settings: config.schema.json as a struct.
struct Config {
  std::string url{};
  std::string token{};  // A handle: Host::secret gives the value.
};

/// Messages to and from Example's guests. Threads: any number; nothing here changes.
class Example final : public conserje::Channel {
 public:
  static conserje::Result<std::unique_ptr<Example>> create(conserje::Host host,
                                                           const conserje::Json& config);

  conserje::Result<conserje::channel::SendReply> send(
      const conserje::Call& call, const conserje::channel::SendRequest& request) override;
  conserje::Result<conserje::channel::WebhookEvents> handle_webhook(
      const conserje::Call& call, const conserje::WebhookDelivery& delivery) const override;
  conserje::channel::Capabilities capabilities() const override { return {.max_text = 4096}; }

 private:
  Example(conserje::Host host, Config config) : host_(host), config_(std::move(config)) {}
  /// One exchange with Example, `path` below the configured URL. Errors: by the answer's status.
  conserje::Result<conserje::HttpResponse> ask(const conserje::Call& call, const std::string& path,
                                               std::string_view body) const;

  const conserje::Host host_;
  const Config config_;
};

}  // namespace example
