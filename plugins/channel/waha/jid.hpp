#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

/// WhatsApp's addresses and message ids as WAHA writes them, and our addresses: "+34655010203",
/// "199000000000007@lid" for a guest whose number is hidden, "120363041234567890@g.us" for a group.
/// Source: https://waha.devlike.pro/docs/how-to/contacts/ (JIDs, lids)
namespace conserje::waha {

enum class JidKind : std::uint8_t { none, number, hidden, group };

/// An address such as "34655010203:12@c.us". Borrowed.
struct Jid {
  JidKind kind = JidKind::none;  // none: nobody who could be answered.
  std::string_view user{};       // Without device and agent.
};

inline bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

inline Jid parse_jid(std::string_view text) {
  constexpr std::size_t kMostDigits = 20;
  const auto at = text.find('@');
  if (at == std::string_view::npos) return {};
  const auto server = text.substr(at + 1);
  const auto name = text.substr(0, at);
  if (server == "g.us") {
    const auto dash = name.find('-');
    const bool is_group = is_digits(name.substr(0, dash)) &&
                          (dash == std::string_view::npos || is_digits(name.substr(dash + 1)));
    return is_group && name.size() <= 2 * kMostDigits ? Jid{JidKind::group, name} : Jid{};
  }
  const auto user = name.substr(0, name.find_first_of(":_"));
  if (!is_digits(user) || user.front() == '0' || user.size() > kMostDigits) return {};
  if (server == "lid") return {JidKind::hidden, user};
  if (server == "c.us" || server == "s.whatsapp.net") return {JidKind::number, user};
  return {};
}

/// The address in our form; empty for nobody.
inline std::string address_of(Jid jid) {
  switch (jid.kind) {
    case JidKind::number: return "+" + std::string(jid.user);
    case JidKind::hidden: return std::string(jid.user) + "@lid";
    case JidKind::group: return std::string(jid.user) + "@g.us";
    case JidKind::none: break;
  }
  return {};
}
inline std::string address_of(std::string_view jid) { return address_of(parse_jid(jid)); }

/// Where to send to for an address of ours; empty when it is none.
inline std::string to_chat(std::string_view address) {
  constexpr std::size_t kMostDigits = 15;  // E.164
  if (address.starts_with('+')) {
    const auto digits = address.substr(1);
    if (!is_digits(digits) || digits.size() > kMostDigits || digits.front() == '0') return {};
    return std::string(digits) + "@c.us";
  }
  const auto jid = parse_jid(address);
  return jid.kind == JidKind::hidden || jid.kind == JidKind::group ? address_of(jid)
                                                                   : std::string();
}

/// A message id: "false_34655010203@c.us_3EB0AA", in groups with the participant behind. Any part
/// but the bare id may be missing. Borrowed.
struct MessageId {
  bool is_own = false;      // It says so; false where it says nothing.
  std::string_view chat{};  // A JID.
  std::string_view bare{};  // WhatsApp's own id: what every engine and event agrees on.
};

inline MessageId parse_message_id(std::string_view text) {
  MessageId id;
  for (const std::string_view prefix : {"true_", "false_"})
    if (text.starts_with(prefix)) {
      id.is_own = prefix == "true_";
      text.remove_prefix(prefix.size());
      break;
    }
  const auto at = text.find('@');
  if (at != std::string_view::npos) {
    const auto end = text.find('_', at);
    id.chat = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  id.bare = text.substr(0, text.find('_'));
  return id;
}

/// `chat` in the one spelling that WAHA takes.
inline std::string normal_chat(std::string_view chat) {
  const auto jid = parse_jid(chat);
  return jid.kind == JidKind::number ? std::string(jid.user) + "@c.us" : address_of(jid);
}

inline std::string full_message_id(bool is_own, std::string_view chat, std::string_view bare) {
  return (is_own ? "true_" : "false_") + std::string(chat) + "_" + std::string(bare);
}

}  // namespace conserje::waha
