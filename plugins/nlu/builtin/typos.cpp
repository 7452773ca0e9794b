#include "typos.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace conserje::nlu {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";

bool is_plain_word(std::string_view word) {
  return word.size() >= kShortestRepaired && word.size() <= kLongestRepaired &&
         std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
}

/// The first of the word's neighbours that is a target, likeliest slips first.
std::optional<std::string> known_neighbour(const std::string& word, const KnowsWord& is_target) {
  std::string other = word;
  for (std::size_t i = 1; i + 1 < word.size(); ++i) {
    std::swap(other[i], other[i + 1]);
    if (other != word && is_target(other)) return other;
    std::swap(other[i], other[i + 1]);
  }
  for (std::size_t i = 1; i < word.size(); ++i) {
    other = word;
    other.erase(i, 1);
    if (is_target(other)) return other;
  }
  other = word;
  for (std::size_t i = 1; i < word.size(); ++i) {
    for (const char letter : kLetters) {
      other[i] = letter;
      if (letter != word[i] && is_target(other)) return other;
    }
    other[i] = word[i];
  }
  for (std::size_t i = 1; i <= word.size(); ++i) {
    other = word;
    other.insert(i, 1, 'a');
    for (const char letter : kLetters) {
      other[i] = letter;
      if (is_target(other)) return other;
    }
  }
  return std::nullopt;
}

}  // namespace

void repair_typos(Text& text, const std::vector<Item>& entities, const KnowsWord& is_known,
                  const KnowsWord& is_target) {
  auto entity = entities.begin();
  std::size_t tried = 0;
  for (std::size_t i = 0; i < text.tokens.size() && tried < kMaxRepairs; ++i) {
    while (entity != entities.end() && entity->end <= i) ++entity;
    if (entity != entities.end() && entity->begin <= i) continue;
    Token& token = text.tokens[i];
    if (token.kind != TokenKind::word || !is_plain_word(token.folded) || is_known(token.folded))
      continue;
    ++tried;
    if (auto neighbour = known_neighbour(token.folded, is_target))
      token.folded = *std::move(neighbour);
  }
}

}  // namespace conserje::nlu
