#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "grammar.hpp"

namespace conserje::nlu {

/// A shorter word has too many neighbours to guess.
constexpr std::size_t kShortestRepaired = 5;
/// No longer word is looked at, and no more words of one message: what bounds the work.
constexpr std::size_t kLongestRepaired = 20;
constexpr std::size_t kMaxRepairs = 8;

/// A question about a folded word.
using KnowsWord = std::function<bool(std::string_view)>;

/// Replaces the folded form of words that nobody knows by a known word that is one slip away: two
/// letters swapped, one too many, one wrong, one missing. The first letter is taken as right, and
/// words inside entities are left alone.
void repair_typos(Text& text, const std::vector<Item>& entities, const KnowsWord& is_known,
                  const KnowsWord& is_target);

}  // namespace conserje::nlu
