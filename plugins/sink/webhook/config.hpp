#pragma once

#include <cstdint>
#include <string>

#include "conserje/config.hpp"

namespace conserje::webhook {

/// The settings of sink/webhook: config.schema.json as a struct. The secrets are handles.
struct Config {
  std::string url{};
  std::string secret{};
  std::string previous_secret{};  // Empty: none.
  std::int64_t timeout_ms = 15'000;
  bool allow_private_addresses = false;

  bool operator==(const Config&) const = default;
};

inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_optional_member(json, "url", config.url);
  read_member(json, "secret", config.secret);
  read_optional_member(json, "previous_secret", config.previous_secret);
  read_optional_member(json, "timeout_ms", config.timeout_ms);
  read_optional_member(json, "allow_private_addresses", config.allow_private_addresses);
}

}  // namespace conserje::webhook
