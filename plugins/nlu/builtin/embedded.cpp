#include "../common/embedded.hpp"

#include "compiled_model.hpp"
#include "engine.hpp"

namespace conserje::nlu {

struct Embedded::Parts {
  Engine engine;
};

Embedded::Embedded(std::unique_ptr<const Parts> parts) : parts_(std::move(parts)) {}
Embedded::~Embedded() = default;

Result<std::unique_ptr<const Embedded>> Embedded::create() {
  auto model = Model::read(compiled_model());
  if (!model) return model.error();
  std::unique_ptr<const Parts> parts(new Parts{Engine(*std::move(model))});
  return std::unique_ptr<const Embedded>(new Embedded(std::move(parts)));
}

Result<ParseReply> Embedded::parse(const ParseRequest& request) const {
  return parts_->engine.parse(request);
}

}  // namespace conserje::nlu
