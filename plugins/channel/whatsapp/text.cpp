#include "text.hpp"

#include <initializer_list>

namespace conserje::whatsapp {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";

/// What the UTF-8 byte adds to the length; a character counts at its first byte.
std::size_t units(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return (value & 0xC0U) == 0x80U ? 0 : value >= 0xF0U ? 2 : 1;
}

/// How many bytes of `text` hold at most `limit`, whole characters only.
std::size_t fitting(std::string_view text, std::size_t limit) {
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    used += units(text[at]);
    if (used > limit) return at;
  }
  return text.size();
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

/// Where to break within `window`, whose next byte is `following`: in its second half, if there is
/// a place.
std::size_t break_in(std::string_view window, char following) {
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

}  // namespace

std::size_t length(std::string_view text) {
  std::size_t total = 0;
  for (const char byte : text) total += units(byte);
  return total;
}

std::string cut(std::string_view text, std::size_t limit) {
  if (length(text) <= limit) return std::string(text);
  return std::string(trimmed(text.substr(0, fitting(text, limit - 1)))) + "…";
}

std::vector<std::string_view> split(std::string_view text, std::size_t limit) {
  std::vector<std::string_view> parts;
  for (auto rest = trimmed(text); !rest.empty(); rest = trimmed(rest)) {
    std::size_t end = fitting(rest, limit);
    if (end < rest.size()) end = break_in(rest.substr(0, end), rest[end]);
    parts.push_back(trimmed(rest.substr(0, end)));
    rest.remove_prefix(end);
  }
  return parts;
}

}  // namespace conserje::whatsapp
