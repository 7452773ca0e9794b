#include "encoded_word.hpp"

#include <algorithm>
#include <optional>

#include "base64.hpp"
#include "mime.hpp"

namespace conserje::gmail {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// One encoded word: "=?UTF-8?B?UmVzZXJ2YQ==?=".
struct Word {
  std::string charset{};  // Lower case.
  std::string bytes{};
  std::size_t length = 0;  // Of the text that it takes.
};

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string from_q(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '=' && i + 2 < text.size() && nibble(text[i + 1]) >= 0 &&
                           nibble(text[i + 2]) >= 0;
    if (is_escape) {
      out += static_cast<char>(nibble(text[i + 1]) * 16 + nibble(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '_' ? ' ' : text[i];
    }
  }
  return out;
}

/// The encoded word at the front of `text`; nullopt: there is none.
std::optional<Word> word_at(std::string_view text) {
  if (!text.starts_with("=?")) return std::nullopt;
  const auto charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end == 2) return std::nullopt;
  const auto rest = text.substr(charset_end + 1);
  if (rest.size() < 4 || rest[1] != '?') return std::nullopt;
  const auto end = rest.find("?=", 2);
  if (end == std::string_view::npos) return std::nullopt;
  const auto encoded = rest.substr(2, end - 2);
  const bool is_base64 = rest[0] == 'B' || rest[0] == 'b';
  const bool is_quoted = rest[0] == 'Q' || rest[0] == 'q';
  if ((!is_base64 && !is_quoted) || encoded.find_first_of(kSpace) != std::string_view::npos)
    return std::nullopt;
  const auto bytes = is_base64 ? from_base64(encoded) : from_q(encoded);
  if (!bytes) return std::nullopt;
  return Word{.charset = lower(text.substr(2, charset_end - 2)),
              .bytes = *bytes,
              .length = charset_end + 1 + end + 2};
}

/// Base64 as RFC 2047 has it.
std::string to_base64(std::string_view bytes) {
  auto out = to_base64url(bytes);
  std::ranges::replace(out, '-', '+');
  std::ranges::replace(out, '_', '/');
  while (out.size() % 4 != 0) out += '=';
  return out;
}

}  // namespace

std::string with_joined_words(std::string_view header) {
  std::string out;
  while (!header.empty()) {
    auto word = word_at(header);
    if (!word) {
      out += header.front();
      header.remove_prefix(1);
      continue;
    }
    header.remove_prefix(word->length);
    for (;;) {
      const auto gap = std::min(header.find_first_not_of(kSpace), header.size());
      const auto next = gap == 0 ? std::nullopt : word_at(header.substr(gap));
      if (!next || next->charset != word->charset) break;
      word->bytes += next->bytes;
      header.remove_prefix(gap + next->length);
    }
    out += "=?" + word->charset + "?B?" + to_base64(word->bytes) + "?=";
  }
  return out;
}

}  // namespace conserje::gmail
