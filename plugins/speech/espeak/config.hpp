#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "conserje/config.hpp"

namespace conserje::espeak {

/// Which of the library's voices speaks a language.
struct Voice {
  std::string language{};  // "es", or "es-AR" for that region alone.
  std::string name{};
};
inline void read(const Json& json, Voice& voice) {
  expect_object(json, "voice");
  read_member(json, "language", voice.language);
  read_member(json, "voice", voice.name);
}

/// The settings; config.schema.json documents each.
struct Config {
  std::vector<Voice> voices{{"es", "es"}, {"en", "en-us"}, {"pt", "pt-br"}};  // Not empty.
  std::int64_t words_per_minute = 150;
  std::int64_t max_characters = 1500;
};
inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_optional_member(json, "voices", config.voices);
  read_optional_member(json, "words_per_minute", config.words_per_minute);
  read_optional_member(json, "max_characters", config.max_characters);
  if (config.voices.empty()) throw std::runtime_error("voices: one is needed");
}

}  // namespace conserje::espeak
