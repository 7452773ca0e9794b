#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "conserje/url.hpp"

/// Twilio's addresses: "+34655010203" by SMS, "whatsapp:+34655010203" by WhatsApp, other prefixes
/// by other channels. Ours have no prefix: one entry is one channel. Source:
/// https://www.twilio.com/docs/messaging/channels
namespace conserje::twilio {

/// The channel of an address: "whatsapp", "messenger", ...; empty for SMS.
inline std::string_view channel_of(std::string_view address) {
  const auto colon = address.find(':');
  return colon == std::string_view::npos ? std::string_view() : address.substr(0, colon);
}

/// The address within its channel.
inline std::string_view without_channel(std::string_view address) {
  const auto channel = channel_of(address);
  return channel.empty() ? address : address.substr(channel.size() + 1);
}

/// An address of `channel` in Twilio's form, whether it has its prefix already or not.
inline std::string with_channel(std::string_view channel, std::string_view address) {
  std::string out;
  if (!channel.empty() && channel_of(address) != channel) out.append(channel).append(":");
  return out.append(address);
}

inline bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "+", then 7 to 15 digits of which the first is not 0.
inline bool is_e164(std::string_view text) {
  return text.size() >= 8 && text.size() <= 16 && text[0] == '+' && text[1] != '0' &&
         is_digits(text.substr(1));
}

/// The business-scoped id of somebody on WhatsApp who hides his number: "ES.10293847561029384756".
inline bool is_user_id(std::string_view text) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return text.size() > 3 && is_capital(text[0]) && is_capital(text[1]) && text[2] == '.' &&
         std::ranges::all_of(text, [](char c) { return url::is_alphanumeric(c) || c == '.'; });
}

}  // namespace conserje::twilio
