#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/json.hpp"

/// The documents of Twilio's REST API, as far as we read them. What is absent, null or of another
/// type reads as empty.
/// Source: https://www.twilio.com/docs/messaging/api/message-resource
namespace conserje::twilio {

/// One message, in either direction.
struct Message {
  std::string sid{};
  std::string direction{};  // inbound, outbound-api, outbound-reply, ...
  std::string from{};
  std::string to{};
  std::string body{};
  std::string status{};
  std::string error_code{};
  std::string error_message{};
  std::int64_t created_ms = 0;  // UTC; 0: not said.
  std::int64_t sent_ms = 0;     // The same; of an inbound message its arrival.
  std::int64_t num_media = 0;

  bool is_inbound() const { return direction == "inbound"; }
  bool operator==(const Message&) const = default;
};
void read(const Json& json, Message& message);

struct MessagePage {
  std::vector<Message> messages{};  // Newest first.
  std::string next_page_uri{};      // Of the API's host; empty: it is the last one.
};
void read(const Json& json, MessagePage& page);

/// A file of a message, as the list of its media has it.
struct MediaEntry {
  std::string sid{};
  std::string content_type{};
};
void read(const Json& json, MediaEntry& entry);

struct MediaList {
  std::vector<MediaEntry> media_list{};
};
void read(const Json& json, MediaList& list);

/// The number in the document that explains a refusal; empty when the body, any bytes, is none.
std::string read_error_code(std::string_view body);

struct Account {
  std::string status{};  // active, suspended or closed.
};
void read(const Json& json, Account& account);

/// A WhatsApp sender, as the Senders API lists it.
struct Sender {
  std::string sender_id{};
  std::string status{};
};
void read(const Json& json, Sender& sender);

struct SenderList {
  std::vector<Sender> senders{};
};
void read(const Json& json, SenderList& list);

/// The milliseconds of "Thu, 06 Aug 2026 09:00:00 +0000" (RFC 2822), or 0.
std::int64_t parse_rfc2822(std::string_view text);

}  // namespace conserje::twilio
