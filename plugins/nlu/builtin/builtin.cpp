#include "builtin.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "compiled_model.hpp"
#include "training.hpp"

namespace conserje::nlu {
namespace {

/// What a model that this shared object would train from the examples is known by. The grammar is
/// part of a model, and another grammar makes another built-in model.
std::uint64_t key_of(const std::vector<Example>& examples, const Names& names) {
  std::uint64_t key = content_hash(examples);
  for (const char c : write_names(names))
    key = (key ^ static_cast<unsigned char>(c)) * 1099511628211U;
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

/// What the files of examples hold.
struct Taught {
  std::vector<Example> examples{};
  Names names{};
};
Result<Taught> read_taught(const Config& config) {
  auto examples = read_example_files(config.examples);
  if (!examples) return examples.error();
  auto names = read_name_files(config.examples);
  if (!names) return names.error();
  return Taught{*std::move(examples), *std::move(names)};
}

Result<std::string> train_from(const Host& host, const Taught& taught, std::uint64_t key) {
  auto trained = train(taught.examples, Grammars(), key, taught.names);
  if (!trained) return trained.error();
  tell(host, taught.examples, trained->report);
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
  const auto taught = read_taught(config);
  if (!taught) return taught.error();
  const std::uint64_t key = key_of(taught->examples, taught->names);
  if (holds(config.model, key)) return Done{};
  const auto bytes = train_from(host, *taught, key);
  if (!bytes) return bytes.error();
  return ModelFile::write(config.model, std::as_bytes(std::span(*bytes)));
}

/// Writes what the examples hold as one file, which reads the same: it has one language, and its
/// name says which.
Status write_export(const Config& config) {
  const auto taught = read_taught(config);
  if (!taught) return taught.error();
  const std::string name = std::filesystem::path(config.export_to).filename().string();
  for (const Example& example : taught->examples)
    if (!name.starts_with(language_code(example.language)))
      return Error{ErrorClass::config,
                   config.export_to + ": there are examples in \"" +
                       std::string(language_code(example.language)) +
                       "\", and the file's name begins with another language; give the files of "
                       "one language at a time, and a name that begins with it"};
  std::ofstream out(config.export_to, std::ios::binary);
  out << write_examples(taught->examples) << write_names(taught->names);
  if (!out.flush()) return Error{ErrorClass::config, config.export_to + ": cannot be written"};
  return Done{};
}

Result<OwnModel> own_model(const Host& host, const Config& config) {
  OwnModel own;
  if (!config.export_to.empty()) {
    if (const auto written = write_export(config); !written) return written.error();
  } else if (!config.model.empty()) {
    if (!config.examples.empty())
      if (const auto kept = keep_trained(host, config); !kept) return kept.error();
    auto file = ModelFile::open(config.model);
    if (!file) return file.error();
    own.file.emplace(*std::move(file));
  } else if (!config.examples.empty()) {
    const auto taught = read_taught(config);
    if (!taught) return taught.error();
    auto bytes = train_from(host, *taught, 0);
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
