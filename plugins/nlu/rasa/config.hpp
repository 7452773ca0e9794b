#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "conserje/config.hpp"

namespace conserje::rasa {

/// A name of the model's and ours for it.
struct Renaming {
  std::string from{};
  std::string to{};
};
inline void read(const Json& json, Renaming& renaming) {
  expect_object(json, "renaming");
  read_member(json, "from", renaming.from);
  read_member(json, "to", renaming.to);
}

/// The settings; config.schema.json documents each. Secrets are handles.
struct Config {
  std::string url{};
  std::string token{};  // Empty: none.
  std::string jwt{};    // Empty: none.
  std::int64_t timeout_ms = 2000;
  std::vector<Renaming> intents{};
  std::vector<Renaming> entities{};
};
inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_member(json, "url", config.url);
  read_optional_member(json, "token", config.token);
  read_optional_member(json, "jwt", config.jwt);
  read_optional_member(json, "timeout_ms", config.timeout_ms);
  read_optional_member(json, "intents", config.intents);
  read_optional_member(json, "entities", config.entities);
  while (config.url.ends_with('/')) config.url.pop_back();
}

}  // namespace conserje::rasa
