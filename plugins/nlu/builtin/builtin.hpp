#pragma once

#include <memory>
#include <optional>
#include <string>

#include "config.hpp"
#include "conserje/nlu.hpp"
#include "engine.hpp"
#include "model_file.hpp"

namespace conserje::nlu {

/// Where the model's bytes lie when it is not the one inside this shared object: in memory, or in a
/// file.
struct OwnModel {
  std::unique_ptr<const std::string> trained{};
  std::optional<ModelFile> file{};
};

/// The embedded engine as a plugin: no network, no files unless the config names some. Immutable
/// after create().
class Builtin : public Nlu {
 public:
  /// Takes the model that was compiled into this shared object; or the file `model`; or trains one
  /// from `examples`, which takes a second for 2,500 sentences. With both, the model is trained
  /// once and kept in the file, until the examples change. Errors: config, a file that cannot be
  /// read or written, or does not teach enough.
  static Result<std::unique_ptr<Builtin>> create(Host host, const Json& json);

  Result<ParseReply> parse(const Call& call, const ParseRequest& request) override;

 private:
  Builtin(OwnModel own, Model model) : own_(std::move(own)), engine_(std::move(model)) {}

  OwnModel own_;  // What engine_ reads.
  Engine engine_;
};

}  // namespace conserje::nlu
