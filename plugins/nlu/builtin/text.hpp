#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace conserje::nlu {

/// What is read of one message. A guest's longest honest message is far shorter; what follows is
/// ignored.
constexpr std::size_t kMaxTextBytes = 4096;

enum class TokenKind : std::uint8_t { word, digits, symbol };

/// A run of letters, a run of digits, or one symbol. `begin` and `end` are byte offsets into the
/// original text.
struct Token {
  TokenKind kind = TokenKind::symbol;
  bool after_space = false;  // Something blank stands before it, or it is the first.
  bool capital = false;      // Its first letter is a capital one.
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::string folded{};  // Lower case, without accents, ASCII where a Latin letter has one.

  bool operator==(const Token&) const = default;
};

/// One message, cut into tokens. "¿Mañana 8PM?" gives: ¿ manana 8 pm ?
struct Text {
  std::string original{};  // At most kMaxTextBytes, cut between two characters.
  std::vector<Token> tokens{};

  /// The bytes that the tokens [first, last) span in the original.
  std::string_view surface(std::size_t first, std::size_t last) const {
    return std::string_view(original).substr(tokens[first].begin,
                                             tokens[last - 1].end - tokens[first].begin);
  }
};

/// Cuts any bytes into tokens, in one pass. Invisible characters (zero width, direction marks,
/// combining accents, skin tones) are dropped; bytes that are not UTF-8 become symbols. `ñ` folds
/// to `n`: half of the guests type it so.
Text read_text(std::string_view bytes);

/// The folded form of a word or phrase, its tokens joined by single blanks.
std::string fold(std::string_view bytes);

}  // namespace conserje::nlu
