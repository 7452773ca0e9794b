#include "kit/subject.hpp"

#include <cstdlib>

#include "files.hpp"
#include "kit/check.hpp"
#include "pipeline/schema.hpp"
#include "plugin/worker/sanitized.hpp"

namespace conserje::kit {
namespace {

constexpr std::string_view kUseName = "tested";
constexpr std::string_view kHandle = "secret:";

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// The secrets whose handles stand in `config`.
void collect_secrets(const Json& config, const SecretStore& store, FittedConfig& out) {
  if (config.is_structured())
    for (const Json& member : config) collect_secrets(member, store, out);
  if (!config.is_string()) return;
  const auto& text = config.get_ref<const std::string&>();
  if (!text.starts_with(kHandle)) return;
  if (const auto value = store.reveal(kUseName, text)) out.secrets[text] = std::string(*value);
}

}  // namespace

double own_slowness() {
  const double slow = kSanitized ? 4 : 1;
  const char* given = std::getenv("CONSERJE_KIT_SLOW");
  return given == nullptr ? slow : slow * std::max(1.0, std::atof(given));
}

const Manifest& Subject::manifest() {
  if (manifest_) return *manifest_;
  auto read = read_manifest(bytes(), Platform::current());
  require(read.has_value(), read ? "" : first_line(read.error().message),
          "a plugin that level 1 passes");
  return manifest_.emplace(*std::move(read));
}

const cj_plugin& Subject::plugin() {
  if (!module_) {
    auto loaded = Module::load(image_, CJ_ABI_VERSION);
    require(loaded.has_value(), loaded ? "" : first_line(loaded.error().message),
            "a plugin that loads");
    module_.emplace(*std::move(loaded));
  }
  return module_->table();
}

Json Subject::raw_config() {
  if (options_.config.empty()) return sample(manifest().config_schema);
  auto parsed = Json::parse(read_file(options_.config), nullptr, false);
  require(parsed.is_object(), options_.config.string() + " holds no JSON object",
          "--config FILE with the plugin's configuration");
  return parsed;
}

std::optional<FittedConfig> Subject::fitted(const Json& raw) {
  PluginUse use{.name = std::string(kUseName), .kind = manifest().kinds.front().name};
  use.use = use.kind + "/" + use.name;
  use.config = raw;
  SecretStore store;
  std::vector<Finding> findings;
  check_config(manifest().config_schema, Mode::development, use, store, findings);
  if (has_errors(findings)) return std::nullopt;
  FittedConfig out{.config = use.config};
  collect_secrets(out.config, store, out);
  return out;
}

const FittedConfig& Subject::config() {
  if (config_) return *config_;
  const auto raw = raw_config();
  auto made = fitted(raw);
  require(made.has_value(), "the configuration " + raw.dump() + " does not fit the schema",
          options_.config.empty()
              ? "a config schema whose examples and defaults fit it; or give --config FILE"
              : "a configuration that fits the manifest's schema");
  return config_.emplace(*std::move(made));
}

Millis Subject::patience(Millis on_a_quick_one) const {
  return Millis(
      static_cast<Millis::rep>(static_cast<double>(on_a_quick_one.count()) * options_.slow));
}

Json sample(const Json& schema) {
  if (schema.contains("examples")) return schema["examples"].at(0);
  if (schema.contains("default")) return schema["default"];
  if (schema.contains("const")) return schema["const"];
  if (schema.contains("enum")) return schema["enum"].at(0);
  for (const char* combination : {"anyOf", "oneOf"})
    if (schema.contains(combination) && !schema.contains("type"))
      return sample(schema[combination].at(0));
  const auto type = schema.value("type", schema.contains("properties") ? "object" : "string");
  if (type == "integer" || type == "number") return schema.value("minimum", 1);
  if (type == "boolean") return false;
  if (type == "array")
    return schema.value("minItems", 0) > 0 ? Json::array({sample(schema["items"])}) : Json::array();
  if (type != "object") return Generator(1).value(schema, Json::object());
  Json object = Json::object();
  for (const auto& name : schema.value("required", Json::array()))
    object[name] = sample(schema["properties"][name.get<std::string>()]);
  return object;
}

}  // namespace conserje::kit
