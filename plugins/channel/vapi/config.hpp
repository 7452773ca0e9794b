#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conserje/json.hpp"

namespace conserje::vapi {

/// One tool of the assistant in the host's words.
struct Tool {
  std::string name{};
  std::string intent{};  // Empty: the name.
  std::string text_argument = "text";
  std::map<std::string, std::string> arguments{};  // Theirs to ours.
};

/// The settings of one account; config.schema.json documents each. As read, a secret is its handle.
struct Config {
  std::string auth{};
  std::string secret{};
  std::string client_id = "vapi";
  std::vector<std::string> previous_secrets{};
  std::optional<std::string> header{};
  std::optional<std::string> prefix{};
  std::optional<std::string> algorithm{};
  std::optional<std::string> payload_format{};
  std::optional<std::string> timestamp_header{};
  std::optional<std::string> message_id_header{};
  std::optional<std::string> encoding{};
  std::optional<bool> secret_is_base64{};
  Json assistant = nullptr;
  Json transfer = nullptr;
  Json handoff = nullptr;
  std::string closed_text = "Sorry, nobody can take the call now.";
  std::string busy_text = "One moment, please: this takes a little longer.";
  std::vector<Tool> tools{};
  std::int64_t answer_within_ms = 15'000;
  std::string language{};
  std::string api_url = "https://api.vapi.ai";
  std::string api_key{};
  std::string phone_number_id{};  // Empty: no guest is called.
  std::vector<std::string> control_hosts{"vapi.ai"};
};

inline void read(const Json& json, Tool& tool) {
  expect_object(json, "tool");
  read_member(json, "name", tool.name);
  read_optional_member(json, "intent", tool.intent);
  read_optional_member(json, "text_argument", tool.text_argument);
  if (const auto found = json.find("arguments"); found != json.end())
    tool.arguments = found->get<std::map<std::string, std::string>>();
}

template <class T>
void read_if_set(const Json& json, const char* name, std::optional<T>& value) {
  if (const auto found = json.find(name); found != json.end()) value = found->get<T>();
}

inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_member(json, "auth", config.auth);
  read_member(json, "secret", config.secret);
  read_optional_member(json, "previous_secrets", config.previous_secrets);
  read_optional_member(json, "client_id", config.client_id);
  read_if_set(json, "header", config.header);
  read_if_set(json, "prefix", config.prefix);
  read_if_set(json, "algorithm", config.algorithm);
  read_if_set(json, "payload_format", config.payload_format);
  read_if_set(json, "timestamp_header", config.timestamp_header);
  read_if_set(json, "message_id_header", config.message_id_header);
  read_if_set(json, "encoding", config.encoding);
  read_if_set(json, "secret_is_base64", config.secret_is_base64);
  config.assistant = json.value("assistant", Json());
  config.transfer = json.value("transfer", Json());
  config.handoff = json.value("handoff", Json());
  read_optional_member(json, "closed_text", config.closed_text);
  read_optional_member(json, "busy_text", config.busy_text);
  read_optional_member(json, "tools", config.tools);
  read_optional_member(json, "answer_within_ms", config.answer_within_ms);
  read_optional_member(json, "language", config.language);
  read_optional_member(json, "api_url", config.api_url);
  read_optional_member(json, "api_key", config.api_key);
  read_optional_member(json, "phone_number_id", config.phone_number_id);
  read_optional_member(json, "control_hosts", config.control_hosts);
  while (config.api_url.ends_with('/')) config.api_url.pop_back();
}

}  // namespace conserje::vapi
