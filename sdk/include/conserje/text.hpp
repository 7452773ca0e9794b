#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/channel_types.hpp"

namespace conserje::detail {

inline constexpr std::string_view kWhiteSpace = " \t\r\n";

/// What the UTF-8 byte adds to the length; a character counts at its first byte.
inline std::size_t utf16_units(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return (value & 0xC0U) == 0x80U ? 0 : value >= 0xF0U ? 2 : 1;
}

/// How many bytes of `text` hold at most `limit`, whole characters only.
inline std::size_t fitting_bytes(std::string_view text, std::size_t limit) {
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    used += utf16_units(text[at]);
    if (used > limit) return at;
  }
  return text.size();
}

/// Where to break within `window`, whose next byte is `following`: in its second half, if there is
/// a place.
inline std::size_t break_in(std::string_view window, char following) {
  if (kWhiteSpace.find(following) != std::string_view::npos) return window.size();
  using Ends = std::initializer_list<std::string_view>;
  for (const Ends& ends : {Ends{"\n\n"}, Ends{"\n"}, Ends{". ", "! ", "? ", "… "}, Ends{" "}}) {
    std::size_t best = 0;
    for (const auto end : ends)
      if (const auto at = window.rfind(end); at != std::string_view::npos && at + end.size() > best)
        best = at + end.size();
    if (best * 2 >= window.size()) return best;
  }
  return window.size();
}

}  // namespace conserje::detail

/// Texts within a vendor's limits. Few vendors say what they count as a character; we count UTF-16
/// units, the largest of the candidates, so that a text within our limit is within theirs. Pure.
namespace conserje::text {

/// `text` without the white space around it.
inline std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(detail::kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(detail::kWhiteSpace) - first + 1);
}

/// The length of UTF-8 text in UTF-16 units.
inline std::size_t length(std::string_view text) {
  std::size_t total = 0;
  for (const char byte : text) total += detail::utf16_units(byte);
  return total;
}

/// `text`, or its beginning and "…" when it is longer than `limit`.
inline std::string cut(std::string_view text, std::size_t limit) {
  if (length(text) <= limit) return std::string(text);
  return std::string(trimmed(text.substr(0, detail::fitting_bytes(text, limit - 1)))) + "…";
}

/// `text` in parts of at most `limit`, without the white space between them; empty when there is
/// nothing but white space. Breaks after a paragraph, else a line, a sentence, a word, a character:
/// the first of them that leaves no part less than half full. `limit`: at least 2.
inline std::vector<std::string_view> split(std::string_view text, std::size_t limit) {
  std::vector<std::string_view> parts;
  for (auto rest = trimmed(text); !rest.empty(); rest = trimmed(rest)) {
    std::size_t end = detail::fitting_bytes(rest, limit);
    if (end < rest.size()) end = detail::break_in(rest.substr(0, end), rest[end]);
    parts.push_back(trimmed(rest.substr(0, end)));
    rest.remove_prefix(end);
  }
  return parts;
}

/// The text with choices as numbered lines under it, for where there are no buttons:
/// "1. Double - 95 €".
inline std::string numbered(std::string_view above, const std::vector<channel::Choice>& choices) {
  std::string text(above);
  if (!text.empty()) text += "\n\n";
  for (std::size_t i = 0; i < choices.size(); ++i) {
    text += std::to_string(i + 1) + ". " + choices[i].title;
    if (!choices[i].description.empty()) text += " - " + choices[i].description;
    text += '\n';
  }
  return text;
}

}  // namespace conserje::text
