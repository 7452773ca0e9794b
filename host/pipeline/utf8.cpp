#include "pipeline/utf8.hpp"

#include <algorithm>

namespace conserje {
namespace {

bool continues(std::string_view text, std::size_t at, unsigned low = 0x80, unsigned high = 0xbf) {
  if (at >= text.size()) return false;
  const auto byte = static_cast<unsigned char>(text[at]);
  return low <= byte && byte <= high;
}

/// The length of the well-formed sequence at `at`, or 0. Source: Unicode 15, table 3-7.
std::size_t sequence(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead <= 0x7f) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead <= 0xdf) return continues(text, at + 1) ? 2 : 0;
  if (lead <= 0xef) {
    const bool second =
        continues(text, at + 1, lead == 0xe0 ? 0xa0 : 0x80, lead == 0xed ? 0x9f : 0xbf);
    return second && continues(text, at + 2) ? 3 : 0;
  }
  const bool second =
      continues(text, at + 1, lead == 0xf0 ? 0x90 : 0x80, lead == 0xf4 ? 0x8f : 0xbf);
  return second && continues(text, at + 2) && continues(text, at + 3) ? 4 : 0;
}

}  // namespace

std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto length = sequence(text, at);
    if (length == 0) break;
    at += length;
  }
  return at;
}

std::size_t utf8_length(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace conserje
