#include "text.hpp"

#include <algorithm>
#include <array>

namespace conserje::nlu {
namespace {

/// U+00C0 to U+017F as lower-case ASCII; '?' where a letter has none and stands for itself. "ß" is
/// 's', "æ" is 'e': one letter each keeps the table flat, and guests write in languages that have
/// neither.
constexpr std::string_view kLatin =
    "aaaaaaeceeeeiiii"   // C0 À
    "dnooooo?ouuuuyts"   // D0 Ð
    "aaaaaaeceeeeiiii"   // E0 à
    "dnooooo?ouuuuyty"   // F0 ð
    "aaaaaaccccccccdd"   // 100
    "ddeeeeeeeeeegggg"   // 110
    "gggghhhhiiiiiiii"   // 120
    "iiiijjkkklllllll"   // 130
    "lllnnnnnnnnnoooo"   // 140
    "ooeerrrrrrssssss"   // 150
    "ssttttttuuuuuuuu"   // 160
    "uuuuwwyyyzzzzzzs";  // 170
static_assert(kLatin.size() == 0x180 - 0xC0);

enum class Class : std::uint8_t { letter, digit, symbol, space, invisible };

/// One character: its code point, how many bytes it took, and what it becomes.
struct Character {
  char32_t code = 0;
  std::uint32_t bytes = 1;
};

/// The character at `at`. Bytes that are not UTF-8 come one at a time as U+FFFD.
Character decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first >= 0xC2 && first <= 0xDF && follows(1))
    return {(first & 0x1FU) << 6 | (byte(1) & 0x3FU), 2};
  if (first >= 0xE0 && first <= 0xEF && follows(1) && follows(2)) {
    const char32_t code = (first & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    if (code >= 0x800 && (code < 0xD800 || code > 0xDFFF)) return {code, 3};
  }
  if (first >= 0xF0 && first <= 0xF4 && follows(1) && follows(2) && follows(3)) {
    const char32_t code = (first & 0x07U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 |
                          (byte(3) & 0x3FU);
    if (code >= 0x10000 && code <= 0x10FFFF) return {code, 4};
  }
  return {0xFFFD, 1};
}

/// ASCII for what is only a typographer's way of writing it: quotes, dashes, ordinal marks,
/// full-width forms.
char32_t plain(char32_t code) {
  switch (code) {
    case 0x00AA: return 'a';
    case 0x00B0:
    case 0x00BA: return 'o';
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
    case 0x2212: return '-';
    case 0x2018:
    case 0x2019:
    case 0x00B4:
    case 0x0060: return '\'';
    case 0x201C:
    case 0x201D:
    case 0x00AB:
    case 0x00BB: return '"';
    default: break;
  }
  if (code >= 0xFF01 && code <= 0xFF5E) return code - 0xFF01 + '!';
  return code;
}

Class class_of(char32_t code) {
  if (code >= '0' && code <= '9') return Class::digit;
  if ((code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z')) return Class::letter;
  if (code <= ' ' || code == 0x7F || code == 0xA0 || code == 0x3000 ||
      (code >= 0x2000 && code <= 0x200A) || code == 0x202F || code == 0x2028 || code == 0x2029)
    return Class::space;
  if ((code >= 0x300 && code <= 0x36F) || code == 0xAD || (code >= 0x200B && code <= 0x200F) ||
      (code >= 0x202A && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
      (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0x1F3FB && code <= 0x1F3FF))
    return Class::invisible;
  if (code == 0xD7 || code == 0xF7 || code == 0xFFFD) return Class::symbol;
  if (code >= 0xC0 && code < 0x2000)
    return Class::letter;  // Latin, Greek, Cyrillic, Hebrew, Arabic, ...
  if (code >= 0x3040 && code < 0xE000) return Class::letter;
  return Class::symbol;
}

bool is_capital(char32_t code) {
  if (code < 0x80) return code >= 'A' && code <= 'Z';
  if (code < 0xC0 || code > 0x17F) return false;
  return code < 0xDF || (code >= 0x100 && code % 2 == 0);
}

void append_folded(std::string& out, std::string_view bytes, char32_t code) {
  if (code < 0x80)
    out += static_cast<char>(code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code);
  else if (code >= 0xC0 && code < 0x180 && kLatin[code - 0xC0] != '?')
    out += kLatin[code - 0xC0];
  else
    out += bytes;
}

std::string_view cut(std::string_view bytes) {
  if (bytes.size() <= kMaxTextBytes) return bytes;
  std::size_t end = kMaxTextBytes;
  while (end > kMaxTextBytes - 4 && (static_cast<unsigned char>(bytes[end]) & 0xC0U) == 0x80U)
    --end;
  return bytes.substr(0, end);
}

TokenKind kind_of(Class character) {
  switch (character) {
    case Class::letter: return TokenKind::word;
    case Class::digit: return TokenKind::digits;
    default: return TokenKind::symbol;
  }
}

}  // namespace

Text read_text(std::string_view bytes) {
  Text text{.original = std::string(cut(bytes))};
  bool after_space = true;
  for (std::uint32_t at = 0; at < text.original.size();) {
    const Character character = decode(text.original, at);
    const auto end = at + character.bytes;
    const char32_t code = plain(character.code);
    const Class its_class = class_of(code);
    if (its_class == Class::space) {
      after_space = true;
    } else if (its_class == Class::invisible) {
      if (!after_space && !text.tokens.empty())
        text.tokens.back().end = end;  // An accent belongs to its letter.
    } else {
      const TokenKind kind = kind_of(its_class);
      if (after_space || kind == TokenKind::symbol || text.tokens.back().kind != kind)
        text.tokens.push_back(
            {.kind = kind, .after_space = after_space, .capital = is_capital(code), .begin = at});
      Token& token = text.tokens.back();
      token.end = end;
      append_folded(token.folded, std::string_view(text.original).substr(at, character.bytes),
                    code);
      after_space = false;
    }
    at = end;
  }
  return text;
}

std::string fold(std::string_view bytes) {
  std::string folded;
  for (const Token& token : read_text(bytes).tokens) {
    if (!folded.empty()) folded += ' ';
    folded += token.folded;
  }
  return folded;
}

}  // namespace conserje::nlu
