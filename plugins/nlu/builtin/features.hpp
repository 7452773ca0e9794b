#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "grammar.hpp"

namespace conserje::nlu {

/// One hashed feature and how much of it there is.
struct Feature {
  std::uint32_t hash = 0;
  float value = 0;
};

/// FNV-1a, 32 bits. Part of the model file's format.
constexpr std::uint32_t hash_text(std::string_view text, std::uint32_t seed = 2166136261U) {
  for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 16777619U;
  return seed;
}

/// Some tokens of a text: [begin, end).
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = static_cast<std::size_t>(-1);

  bool operator==(const Stretch&) const = default;
};

/// What the intent is told by: words, pairs of words and the 2 to 5 letter pieces of words. What
/// was read as an entity counts as its type, so that "del 10 al 12 de mayo" and "mañana" teach the
/// same.
std::vector<Feature> intent_features(const Text& text, const std::vector<Item>& entities,
                                     Stretch stretch = {});

/// What the language is told by: words and the 1 to 3 letter pieces of words, as they stand.
std::vector<Feature> language_features(const Text& text);

/// The share of words that `is_known` does not know, as a feature in five steps: the gate's best
/// evidence.
Feature unknown_share(const Text& text, const std::vector<Item>& entities, auto is_known,
                      Stretch stretch = {});

/// The words that are no part of an entity, folded.
std::vector<std::string_view> plain_words(const Text& text, const std::vector<Item>& entities,
                                          Stretch stretch = {});

/// Where the clauses of a message begin and end: at the ends of sentences, at commas, and before
/// words that join. One alone when nothing parts it; at most kMaxClauses.
std::vector<Stretch> clauses(const Text& text, const std::vector<Item>& entities,
                             Language language);
constexpr std::size_t kMaxClauses = 6;

Feature unknown_share(const Text& text, const std::vector<Item>& entities, auto is_known,
                      Stretch stretch) {
  const auto words = plain_words(text, entities, stretch);
  std::size_t unknown = 0;
  for (const std::string_view word : words) unknown += is_known(word) ? 0 : 1;
  const std::size_t step = words.empty() ? 0 : (unknown * 4 + words.size() - 1) / words.size();
  constexpr std::string_view kSteps[] = {"#unknown 0", "#unknown 1", "#unknown 2", "#unknown 3",
                                         "#unknown 4"};
  return {hash_text(kSteps[step]), 0.5F};
}

}  // namespace conserje::nlu
