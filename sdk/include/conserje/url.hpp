#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The parts of URLs and of HTML forms that webhooks and APIs write. Pure.
namespace conserje::url {

/// The value of a hexadecimal digit, or -1.
constexpr int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that two hexadecimal digits stand for.
constexpr std::optional<char> hex_byte(std::string_view digits) {
  if (digits.size() != 2 || nibble(digits[0]) < 0 || nibble(digits[1]) < 0) return std::nullopt;
  return static_cast<char>(nibble(digits[0]) * 16 + nibble(digits[1]));
}

/// Part of a query or of a form; what is no valid escape stays as it is.
inline std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = text[at] == '%' ? hex_byte(text.substr(at + 1, 2)) : std::nullopt;
    out += byte ? *byte : text[at] == '+' ? ' ' : text[at];
    if (byte) at += 2;
  }
  return out;
}

/// Letters and digits: with "-._~", what RFC 3986 never escapes.
constexpr bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// `text` with each byte escaped that is neither a letter, a digit nor one of `also_plain`.
inline std::string percent_encoded(std::string_view text, std::string_view also_plain = "-._~") {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_alphanumeric(c) || also_plain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
  return out;
}

/// Names and values in the order of a form or a query; a name may occur several times.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// A query, or a body of application/x-www-form-urlencoded.
inline Fields parse_form(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    fields.emplace_back(percent_decoded(pair.substr(0, equals)),
                        percent_decoded(pair.substr(std::min(pair.size(), equals + 1))));
  }
  return fields;
}

/// The same in the other direction.
inline std::string to_form(const Fields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += percent_encoded(name) + '=' + percent_encoded(value);
  }
  return out;
}

/// The first value of `name`, borrowed from `fields`; empty when it is not there.
inline std::string_view value_of(const Fields& fields, std::string_view name) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.first == name; });
  return found == fields.end() ? std::string_view() : std::string_view(found->second);
}
/// Not of what is gone before the value is read.
std::string_view value_of(Fields&& fields, std::string_view name) = delete;

}  // namespace conserje::url
