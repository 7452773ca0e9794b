#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conserje/json.hpp"

namespace conserje::whatsapp {

/// The file that stands at the head of a template.
struct TemplateHeader {
  std::string kind{};  // image, video or document.
  std::string link{};  // Where Meta fetches it.
  std::string file_name{};
};

/// What a template was approved with that the host does not know of.
struct TemplateShape {
  std::string name{};
  std::optional<TemplateHeader> header{};
  std::vector<std::string> parameter_names{};  // Empty: its parameters go by their places.
};

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
  std::vector<TemplateShape> templates{};
};

inline void read(const Json& json, TemplateHeader& header) {
  expect_object(json, "header");
  read_member(json, "kind", header.kind);
  read_member(json, "link", header.link);
  read_optional_member(json, "file_name", header.file_name);
}

inline void read(const Json& json, TemplateShape& shape) {
  expect_object(json, "template");
  read_member(json, "name", shape.name);
  if (const auto found = json.find("header"); found != json.end())
    read(*found, shape.header.emplace());
  read_optional_member(json, "parameter_names", shape.parameter_names);
}

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
  read_optional_member(json, "templates", config.templates);
  while (config.api_url.ends_with('/')) config.api_url.pop_back();
}

}  // namespace conserje::whatsapp
