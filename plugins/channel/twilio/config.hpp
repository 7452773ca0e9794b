#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/json.hpp"

namespace conserje::twilio {

/// An approved Content template and the name that the pipeline has for it.
struct TemplateContent {
  std::string name{};
  std::string language{};  // Empty: every language.
  std::string content_sid{};
};
inline void read(const Json& json, TemplateContent& content) {
  expect_object(json, "template");
  read_member(json, "name", content.name);
  read_optional_member(json, "language", content.language);
  read_member(json, "content_sid", content.content_sid);
}

/// A Content with buttons or a list.
struct ChoiceContent {
  std::string content_sid{};
  std::string kind = "buttons";
  std::int64_t options = 0;
  std::vector<std::string> titles{};  // Empty: they are variables.
};
inline void read(const Json& json, ChoiceContent& content) {
  expect_object(json, "choice");
  read_member(json, "content_sid", content.content_sid);
  read_optional_member(json, "kind", content.kind);
  read_member(json, "options", content.options);
  read_optional_member(json, "titles", content.titles);
}

/// The settings of one sender; config.schema.json documents each. As read, a secret is its handle.
struct Config {
  std::string account_sid{};
  std::string auth_token{};
  std::vector<std::string> previous_auth_tokens{};
  std::string api_key_sid{};
  std::string api_key_secret{};
  std::string sender{};
  std::string messaging_service_sid{};
  std::string webhook_url{};
  std::vector<TemplateContent> templates{};
  std::vector<ChoiceContent> choices{};
  bool mms = false;
  std::optional<double> messages_per_second{};
  std::int64_t validity_s = 600;
  std::string api_url = "https://api.twilio.com";
  std::string messaging_url = "https://messaging.twilio.com";

  bool is_whatsapp() const { return sender.starts_with("whatsapp:"); }
  double rate() const { return messages_per_second.value_or(is_whatsapp() ? 10.0 : 1.0); }
};

inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_member(json, "account_sid", config.account_sid);
  read_member(json, "auth_token", config.auth_token);
  read_optional_member(json, "previous_auth_tokens", config.previous_auth_tokens);
  read_optional_member(json, "api_key_sid", config.api_key_sid);
  read_optional_member(json, "api_key_secret", config.api_key_secret);
  read_member(json, "sender", config.sender);
  read_optional_member(json, "messaging_service_sid", config.messaging_service_sid);
  read_optional_member(json, "webhook_url", config.webhook_url);
  read_optional_member(json, "templates", config.templates);
  read_optional_member(json, "choices", config.choices);
  read_optional_member(json, "mms", config.mms);
  read_optional_member(json, "messages_per_second", config.messages_per_second);
  read_optional_member(json, "validity_s", config.validity_s);
  read_optional_member(json, "api_url", config.api_url);
  read_optional_member(json, "messaging_url", config.messaging_url);
  while (config.api_url.ends_with('/')) config.api_url.pop_back();
  while (config.messaging_url.ends_with('/')) config.messaging_url.pop_back();
}

}  // namespace conserje::twilio
