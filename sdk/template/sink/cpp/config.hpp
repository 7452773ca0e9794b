#pragma once

#include <cstdint>
#include <string>

#include "conserje/config.hpp"

namespace example {

/// The settings: config.schema.json as a struct.
struct Config {
  std::string url{};
  std::string token{};  // A handle: Host::secret gives the value.
  std::int64_t timeout_ms = 10'000;

  bool operator==(const Config&) const = default;
};

inline void read(const conserje::Json& json, Config& config) {
  conserje::expect_object(json, "config");
  conserje::read_member(json, "url", config.url);
  conserje::read_member(json, "token", config.token);
  conserje::read_optional_member(json, "timeout_ms", config.timeout_ms);
}

}  // namespace example
