#include "message_id.hpp"

#include <algorithm>

#include "../common/hex.hpp"

namespace conserje::gmail {
namespace {

constexpr std::string_view kPlain = "cj.";
constexpr std::string_view kHex = "cjx.";
constexpr std::string_view kHexDigits = "0123456789abcdef";

bool is_fit(std::string_view reference) {
  return !reference.empty() && std::ranges::all_of(reference, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string out;
  if (text.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = kHexDigits.find(text[i]);
    const auto low = kHexDigits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

}  // namespace

std::string message_id_for(std::string_view reference, std::string_view mailbox) {
  const auto local = is_fit(reference) ? std::string(kPlain) + std::string(reference)
                                       : std::string(kHex) + to_hex(reference);
  return local + std::string(mailbox.substr(mailbox.rfind('@')));
}

std::optional<std::string> reference_of(std::string_view message_id) {
  const auto local = message_id.substr(0, message_id.rfind('@'));
  if (local.starts_with(kHex)) return from_hex(local.substr(kHex.size()));
  if (local.starts_with(kPlain) && is_fit(local.substr(kPlain.size())))
    return std::string(local.substr(kPlain.size()));
  return std::nullopt;
}

}  // namespace conserje::gmail
