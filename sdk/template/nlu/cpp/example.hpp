#pragma once

#include <memory>
#include <string>
#include <utility>

#include "conserje/config.hpp"
#include "conserje/nlu.hpp"

namespace example {

/// The settings: config.schema.json as a struct.
struct Config {
  std::string language = "es";  // Of a guest who has not said another.
};

/// Finds a guest's intent by the words that he uses. Threads: any number; nothing here changes.
class Example final : public conserje::Nlu {
 public:
  static conserje::Result<std::unique_ptr<Example>> create(conserje::Host host,
                                                           const conserje::Json& config);

  conserje::Result<conserje::nlu::ParseReply> parse(
      const conserje::Call& call, const conserje::nlu::ParseRequest& request) override;

 private:
  explicit Example(Config config) : config_(std::move(config)) {}

  const Config config_;
};

}  // namespace example
