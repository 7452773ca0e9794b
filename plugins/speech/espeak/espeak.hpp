#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config.hpp"
#include "conserje/speech.hpp"

namespace conserje::espeak {

/// Speaks by eSpeak NG, on this machine. Immutable; one call at a time.
class Espeak final : public Speech {
 public:
  /// Errors: config, a voice that is not installed.
  static Result<std::unique_ptr<Espeak>> create(Host host, const Json& config);

  /// A voice note, Ogg/Opus. Errors: permanent, a text that is empty, too long or in a language
  /// without a voice, or another type is asked for; config; cancelled, deadline.
  Result<Synthesis> synthesise(const Call& call, const speech::SynthesiseRequest& request) override;

 private:
  Espeak(Host host, Config config) : host_(host), config_(std::move(config)) {}

  const Voice* voice_of(std::string_view language) const;

  const Host host_;
  const Config config_;
};

/// What is said of a written reply: without the marks of bold and the like, which would be named.
std::string spoken(std::string_view text);

}  // namespace conserje::espeak
