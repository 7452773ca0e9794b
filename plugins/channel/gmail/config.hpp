#pragma once

#include <cstdint>
#include <string>

#include "conserje/json.hpp"
#include "mime.hpp"

namespace conserje::gmail {

/// The settings of one mailbox; config.schema.json documents each. A secret is its handle.
struct Config {
  std::string transport{};  // api or imap
  std::string mailbox{};    // Lower case.
  std::string display_name{};
  std::string authserv_id = "mx.google.com";
  std::int64_t poll_s = 120;
  std::int64_t max_mail_bytes = 25 * 1024 * 1024;

  std::string client_id{};
  std::string client_secret{};
  std::string refresh_token{};
  std::string topic{};
  std::string push_audience{};
  std::string push_service_account{};
  std::string push_token{};
  std::string api_url = "https://gmail.googleapis.com";
  std::string token_url = "https://oauth2.googleapis.com/token";
  std::string keys_url = "https://www.googleapis.com/oauth2/v3/certs";

  std::string user{};  // Empty: the mailbox.
  std::string password{};
  std::string imap_host = "imap.gmail.com";
  std::int64_t imap_port = 993;
  std::string smtp_host = "smtp.gmail.com";
  std::int64_t smtp_port = 465;
  std::string smtp_tls = "implicit";  // implicit or starttls
  std::string ca_file{};
};

inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_member(json, "transport", config.transport);
  read_member(json, "mailbox", config.mailbox);
  read_optional_member(json, "display_name", config.display_name);
  read_optional_member(json, "authserv_id", config.authserv_id);
  read_optional_member(json, "poll_s", config.poll_s);
  read_optional_member(json, "max_mail_bytes", config.max_mail_bytes);
  read_optional_member(json, "client_id", config.client_id);
  read_optional_member(json, "client_secret", config.client_secret);
  read_optional_member(json, "refresh_token", config.refresh_token);
  read_optional_member(json, "topic", config.topic);
  read_optional_member(json, "push_audience", config.push_audience);
  read_optional_member(json, "push_service_account", config.push_service_account);
  read_optional_member(json, "push_token", config.push_token);
  read_optional_member(json, "api_url", config.api_url);
  read_optional_member(json, "token_url", config.token_url);
  read_optional_member(json, "keys_url", config.keys_url);
  read_optional_member(json, "user", config.user);
  read_optional_member(json, "password", config.password);
  read_optional_member(json, "imap_host", config.imap_host);
  read_optional_member(json, "imap_port", config.imap_port);
  read_optional_member(json, "smtp_host", config.smtp_host);
  read_optional_member(json, "smtp_port", config.smtp_port);
  read_optional_member(json, "smtp_tls", config.smtp_tls);
  read_optional_member(json, "ca_file", config.ca_file);
  config.mailbox = lower(config.mailbox);
  config.authserv_id = lower(config.authserv_id);
  if (config.user.empty()) config.user = config.mailbox;
  while (config.api_url.ends_with('/')) config.api_url.pop_back();
}

}  // namespace conserje::gmail
