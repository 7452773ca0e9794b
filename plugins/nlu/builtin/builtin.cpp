#include "builtin.hpp"

#include <algorithm>

#include "compiled_model.hpp"
#include "training.hpp"

namespace conserje::nlu {
namespace {

/// What a model that this shared object would train from the examples is known by. The grammar is
/// part of a model, and another grammar makes another built-in model.
std::uint64_t key_of(const std::vector<Example>& examples) {
  std::uint64_t key = content_hash(examples);
  for (const std::byte byte : compiled_model())
    key = (key ^ std::to_integer<std::uint64_t>(byte)) * 1099511628211U;
  return key;
}

void tell(const Host& host, const std::vector<Example>& examples, const TrainingReport& report) {
  constexpr std::size_t kMostFindings = 100;
  const auto findings = review(examples);
  for (std::size_t i = 0; i < std::min(findings.size(), kMostFindings); ++i)
    host.warn("training examples", {{"found", findings[i]}});
  host.info("language model trained", {{"examples", report.examples},
                                       {"accuracy", report.accuracy},
                                       {"calibration_error", report.calibration_error},
                                       {"out_of_scope_found", report.out_of_scope_recall},
                                       {"refused", report.refused}});
}

Result<std::string> train_from(const Host& host, const std::vector<Example>& examples,
                               std::uint64_t key) {
  auto trained = train(examples, Grammars(), key);
  if (!trained) return trained.error();
  tell(host, examples, trained->report);
  return std::move(trained->bytes);
}

/// Does the file hold the model of that key?
bool holds(const std::string& path, std::uint64_t key) {
  const auto file = ModelFile::open(path);
  if (!file) return false;
  const auto model = Model::read(file->bytes());
  return model && model->key() == key;
}

Status keep_trained(const Host& host, const Config& config) {
  const auto examples = read_example_files(config.examples);
  if (!examples) return examples.error();
  const std::uint64_t key = key_of(*examples);
  if (holds(config.model, key)) return Done{};
  const auto bytes = train_from(host, *examples, key);
  if (!bytes) return bytes.error();
  return ModelFile::write(config.model, std::as_bytes(std::span(*bytes)));
}

Result<OwnModel> own_model(const Host& host, const Config& config) {
  OwnModel own;
  if (!config.model.empty()) {
    if (!config.examples.empty())
      if (const auto kept = keep_trained(host, config); !kept) return kept.error();
    auto file = ModelFile::open(config.model);
    if (!file) return file.error();
    own.file.emplace(*std::move(file));
  } else if (!config.examples.empty()) {
    const auto examples = read_example_files(config.examples);
    if (!examples) return examples.error();
    auto bytes = train_from(host, *examples, 0);
    if (!bytes) return bytes.error();
    own.trained = std::make_unique<const std::string>(*std::move(bytes));
  }
  return own;
}

std::span<const std::byte> bytes_of(const OwnModel& own) {
  if (own.file) return own.file->bytes();
  return own.trained ? std::as_bytes(std::span(*own.trained)) : compiled_model();
}

}  // namespace

Result<std::unique_ptr<Builtin>> Builtin::create(Host host, const Json& json) {
  const auto config = decode_config<Config>(json);
  if (!config) return config.error();
  auto own = own_model(host, *config);
  if (!own) return own.error();
  auto model = Model::read(bytes_of(*own));
  if (!model) return model.error();
  return std::unique_ptr<Builtin>(new Builtin(*std::move(own), *std::move(model)));
}

Result<ParseReply> Builtin::parse(const Call&, const ParseRequest& request) {
  return engine_.parse(request);
}

}  // namespace conserje::nlu
