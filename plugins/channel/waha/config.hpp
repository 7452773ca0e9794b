#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "conserje/json.hpp"

namespace conserje::waha {

/// The settings of one session; config.schema.json documents each. As read, a secret is its handle.
struct Config {
  std::string url{};
  std::string api_key{};
  std::string hmac_key{};
  std::vector<std::string> previous_hmac_keys{};
  std::string session = "default";
  std::string number{};
  std::string choices = "numbers";
  bool groups = false;
  bool send_seen = true;
  std::int64_t max_age_h = 24;
  std::int64_t ack_timeout_s = 60;
  std::string s3_url{};
};

inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_member(json, "url", config.url);
  read_member(json, "api_key", config.api_key);
  read_member(json, "hmac_key", config.hmac_key);
  read_optional_member(json, "previous_hmac_keys", config.previous_hmac_keys);
  read_optional_member(json, "session", config.session);
  read_optional_member(json, "number", config.number);
  read_optional_member(json, "choices", config.choices);
  read_optional_member(json, "groups", config.groups);
  read_optional_member(json, "send_seen", config.send_seen);
  read_optional_member(json, "max_age_h", config.max_age_h);
  read_optional_member(json, "ack_timeout_s", config.ack_timeout_s);
  read_optional_member(json, "s3_url", config.s3_url);
  while (config.url.ends_with('/')) config.url.pop_back();
  while (config.s3_url.ends_with('/')) config.s3_url.pop_back();
}

}  // namespace conserje::waha
