#include "builtin.hpp"

#include "compiled_model.hpp"
#include "training.hpp"

namespace conserje::nlu {
namespace {

Result<std::unique_ptr<const std::string>> train_from(const std::vector<std::string>& files) {
  std::vector<Example> examples;
  for (const auto& file : files) {
    const auto read = read_example_file(file);
    if (!read) return read.error();
    examples.insert(examples.end(), read->begin(), read->end());
  }
  auto trained = train(examples, Grammars());
  if (!trained) return trained.error();
  return std::make_unique<const std::string>(std::move(trained->bytes));
}

}  // namespace

Result<std::unique_ptr<Builtin>> Builtin::create(Host, const Json& json) {
  const auto config = decode_config<Config>(json);
  if (!config) return config.error();

  std::unique_ptr<const std::string> bytes;
  if (!config->examples.empty()) {
    auto trained = train_from(config->examples);
    if (!trained) return trained.error();
    bytes = *std::move(trained);
  }
  const auto model = Model::read(bytes ? std::as_bytes(std::span(*bytes)) : compiled_model());
  if (!model) return model.error();
  return std::unique_ptr<Builtin>(new Builtin(std::move(bytes), *model));
}

Result<ParseReply> Builtin::parse(const Call&, const ParseRequest& request) {
  return engine_.parse(request);
}

}  // namespace conserje::nlu
