#pragma once

#include <cstdint>
#include <string>

#include "conserje/config.hpp"

namespace conserje::console {

/// The settings of channel/console: config.schema.json as a struct.
struct Config {
  std::string account = "console";
  std::string sender_name{};
  std::string language{};  // ISO 639-1; empty: unknown.
  std::int64_t answer_timeout_ms = 30'000;

  bool operator==(const Config&) const = default;
};

inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_optional_member(json, "account", config.account);
  read_optional_member(json, "sender_name", config.sender_name);
  read_optional_member(json, "language", config.language);
  read_optional_member(json, "answer_timeout_ms", config.answer_timeout_ms);
}

}  // namespace conserje::console
