#pragma once

#include <memory>
#include <string>

#include "config.hpp"
#include "conserje/nlu.hpp"
#include "engine.hpp"

namespace conserje::nlu {

/// The embedded engine as a plugin: no network, no files unless the config names some. Immutable
/// after create().
class Builtin : public Nlu {
 public:
  /// Takes the model that was compiled into this shared object, or trains one from the config's
  /// `examples`: about one second for 2,500 sentences. Errors: config, a file that cannot be read
  /// or does not teach enough.
  static Result<std::unique_ptr<Builtin>> create(Host host, const Json& json);

  Result<ParseReply> parse(const Call& call, const ParseRequest& request) override;

 private:
  /// `trained`: the bytes that `model` reads, when they are not the shared object's own.
  Builtin(std::unique_ptr<const std::string> trained, const Model& model)
      : trained_(std::move(trained)), engine_(model) {}

  std::unique_ptr<const std::string> trained_;
  Engine engine_;
};

}  // namespace conserje::nlu
