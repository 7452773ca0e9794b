#pragma once

#include <memory>

#include "config.hpp"
#include "conserje/sink.hpp"

namespace example {

/// Tells each event as a note in Example's inbox. Threads: any number; nothing here changes.
class Example final : public conserje::Sink {
 public:
  static conserje::Result<std::unique_ptr<Example>> create(conserje::Host host,
                                                           const conserje::Json& config);

  conserje::Result<conserje::sink::DeliverReply> deliver(
      const conserje::Call& call, const conserje::sink::DeliverRequest& request) override;

 private:
  Example(conserje::Host host, Config config) : host_(host), config_(std::move(config)) {}

  const conserje::Host host_;
  const Config config_;
};

}  // namespace example
