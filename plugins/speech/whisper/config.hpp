#pragma once

#include <cstdint>
#include <string>

#include "conserje/config.hpp"

namespace conserje::whisper {

/// What the parts of the form are called; empty: the part is left out.
struct FieldNames {
  std::string file = "file";
  std::string model = "model";
  std::string language = "language";
  std::string prompt = "prompt";
  std::string response_format = "response_format";
};
inline void read(const Json& json, FieldNames& names) {
  expect_object(json, "fields");
  read_optional_member(json, "file", names.file);
  read_optional_member(json, "model", names.model);
  read_optional_member(json, "language", names.language);
  read_optional_member(json, "prompt", names.prompt);
  read_optional_member(json, "response_format", names.response_format);
}

/// The settings; config.schema.json documents each. The key is a handle.
struct Config {
  std::string url{};
  std::string path = "/audio/transcriptions";
  std::string api_key{};  // Empty: none.
  std::string model = "whisper-1";
  std::string response_format = "verbose_json";
  FieldNames fields{};
  std::int64_t max_audio_bytes = 25'000'000;
  std::int64_t timeout_ms = 60'000;
};
inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_member(json, "url", config.url);
  read_optional_member(json, "path", config.path);
  read_optional_member(json, "api_key", config.api_key);
  read_optional_member(json, "model", config.model);
  read_optional_member(json, "response_format", config.response_format);
  read_optional_member(json, "fields", config.fields);
  read_optional_member(json, "max_audio_bytes", config.max_audio_bytes);
  read_optional_member(json, "timeout_ms", config.timeout_ms);
  while (config.url.ends_with('/')) config.url.pop_back();
}

}  // namespace conserje::whisper
