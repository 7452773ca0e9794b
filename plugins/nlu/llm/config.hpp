#pragma once

#include <cstdint>
#include <string>

#include "conserje/config.hpp"

namespace conserje::llm {

/// The settings; config.schema.json documents each. The key is a handle.
struct Config {
  std::string url{};
  std::string api_key{};  // Empty: none.
  std::string model = "gpt-4o-mini";
  std::string structure = "auto";
  std::string tokens_field = "max_completion_tokens";
  std::int64_t max_tokens = 300;
  std::int64_t timeout_ms = 4000;
};
inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_member(json, "url", config.url);
  read_optional_member(json, "api_key", config.api_key);
  read_optional_member(json, "model", config.model);
  read_optional_member(json, "structure", config.structure);
  read_optional_member(json, "tokens_field", config.tokens_field);
  read_optional_member(json, "max_tokens", config.max_tokens);
  read_optional_member(json, "timeout_ms", config.timeout_ms);
  while (config.url.ends_with('/')) config.url.pop_back();
}

}  // namespace conserje::llm
