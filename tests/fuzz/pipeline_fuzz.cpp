// The pipeline file: whatever stands in it, loading ends with findings, and none of them shows a
// secret.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "pipeline/load.hpp"
#include "pipeline/schema.hpp"

namespace {

using namespace conserje;

constexpr std::string_view kSecret = "q7Zp4vXm2Lr9Tw6Ks1Bn8Hc3Jf5Gd0Ya";

/// Every reference brings the secret; every included file is the file itself without its includes.
class Source final : public ConfigSource {
 public:
  explicit Source(std::string_view text) : text_(text) {}
  Result<std::string> file(const std::filesystem::path& path) const override {
    return path.extension() == ".yaml" ? std::string(text_) : std::string(kSecret);
  }
  Result<std::string> env(const std::string&) const override { return std::string(kSecret); }
  Result<std::string> credential(const std::string&) const override { return std::string(kSecret); }

 private:
  std::string_view text_;
};

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto schema = nlohmann::json::parse(R"({"properties": {
      "token": {"type": "string", "secret": true, "pattern": "^[a-z]+$", "maxLength": 40},
      "id": {"type": ["string", "integer"], "minLength": 3, "minimum": 3},
      "list": {"type": "array", "maxItems": 3, "uniqueItems": true, "items": {"enum": ["a", 1]}},
      "auth": {"oneOf": [{"required": ["user"], "properties": {"user": {"format": "email"}}},
                         {"required": ["key"],
                          "properties": {"key": {"type": "string", "secret": true}}}]}}})");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto loaded = load_pipeline_text(text, "folder/file.yaml", Source(text));

  SecretStore secrets;
  for (auto& plugin : loaded.pipeline.plugins) {
    check_config(schema, loaded.pipeline.mode, plugin, secrets, loaded.findings);
    require(secrets.reveal(plugin.name, "secret:other/token") == std::nullopt ||
            plugin.name == "other");
  }
  for (const auto& finding : loaded.findings)
    require(finding.at.line > 0 || finding.at.file == "folder/file.yaml");
  if (text.find(kSecret) == std::string_view::npos)
    require(report(loaded.findings).find(kSecret) == std::string::npos);

  if (!has_errors(loaded.findings)) {
    require(!loaded.pipeline.tenant.empty() && !loaded.pipeline.flows.empty());
    for (const auto& flow : loaded.pipeline.flows) {
      require(!flow.channels.empty() && loaded.pipeline.plugin(flow.pms) != nullptr &&
              loaded.pipeline.plugin(flow.understand) != nullptr);
      for (const auto& channel : flow.channels) require(loaded.pipeline.plugin(channel) != nullptr);
    }
  }
  return 0;
}
