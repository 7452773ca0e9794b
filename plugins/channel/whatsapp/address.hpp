#pragma once

#include <algorithm>
#include <string>
#include <string_view>

/// A guest's addresses: a number ("34655010203" in Meta's documents, "+34655010203" in ours), or a
/// business-scoped user id ("ES.10293847561029384756") of somebody who hides it.
/// Source: https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids
namespace conserje::whatsapp {

inline bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Two capital letters, a dot, then letters, digits and dots.
inline bool is_user_id(std::string_view text) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_rest = [&](char c) {
    return is_capital(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
  };
  return text.size() > 3 && is_capital(text[0]) && is_capital(text[1]) && text[2] == '.' &&
         std::ranges::all_of(text, is_rest);
}

/// Meta's digits as E.164; what is not only digits stays as it is.
inline std::string to_e164(std::string_view wa_id) {
  std::string address(is_digits(wa_id) ? "+" : "");
  return address.append(wa_id);
}

/// The address to answer to: the user id where there is one, since it survives a change of number.
inline std::string to_address(std::string_view wa_id, std::string_view user_id) {
  return user_id.empty() ? to_e164(wa_id) : std::string(user_id);
}

}  // namespace conserje::whatsapp
