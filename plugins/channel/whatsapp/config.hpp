#pragma once

#include <string>
#include <vector>

#include "conserje/json.hpp"

namespace conserje::whatsapp {

/// The settings of one number; config.schema.json documents each. As read, a secret is its handle.
struct Config {
  std::string phone_number_id{};
  std::string access_token{};
  std::string app_secret{};
  std::vector<std::string> previous_app_secrets{};
  std::string verify_token{};
  std::string api_url = "https://graph.facebook.com/v23.0";
  std::string business_account_id{};  // Empty: whether we hear anything is not asked.
  std::vector<std::string> media_hosts = {"https://lookaside.fbsbx.com"};
  std::string read_receipts = "off";
};

inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_member(json, "phone_number_id", config.phone_number_id);
  read_member(json, "access_token", config.access_token);
  read_member(json, "app_secret", config.app_secret);
  read_optional_member(json, "previous_app_secrets", config.previous_app_secrets);
  read_member(json, "verify_token", config.verify_token);
  read_optional_member(json, "api_url", config.api_url);
  read_optional_member(json, "business_account_id", config.business_account_id);
  read_optional_member(json, "media_hosts", config.media_hosts);
  read_optional_member(json, "read_receipts", config.read_receipts);
  while (config.api_url.ends_with('/')) config.api_url.pop_back();
}

}  // namespace conserje::whatsapp
