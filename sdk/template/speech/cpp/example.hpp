#pragma once

#include <memory>
#include <string>
#include <utility>

#include "conserje/config.hpp"
#include "conserje/speech.hpp"

namespace example {

/// The settings: config.schema.json as a struct.
struct Config {
  std::string url{};
  std::string token{};  // A handle: Host::secret gives the value.
};

/// Example hears and speaks. Threads: any number; nothing here changes.
class Example final : public conserje::Speech {
 public:
  static conserje::Result<std::unique_ptr<Example>> create(conserje::Host host,
                                                           const conserje::Json& config);

  conserje::Result<conserje::speech::Transcript> transcribe(
      const conserje::Call& call, const conserje::speech::TranscribeRequest& request,
      std::string_view audio) override;
  conserje::Result<Synthesis> synthesise(
      const conserje::Call& call, const conserje::speech::SynthesiseRequest& request) override;

 private:
  Example(conserje::Host host, Config config) : host_(host), config_(std::move(config)) {}
  /// One exchange with Example, `path` below the configured URL. Errors: by the answer's status.
  conserje::Result<conserje::HttpResponse> ask(const conserje::Call& call, const std::string& path,
                                               std::string_view body) const;

  const conserje::Host host_;
  const Config config_;
};

}  // namespace example
