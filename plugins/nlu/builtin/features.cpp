#include "features.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace conserje::nlu {
namespace {

/// What a category is called in features; empty: its words stand for themselves.
std::string_view placeholder(Category category) {
  switch (category) {
    case Category::date:
    case Category::period:
    case Category::datetime:
    case Category::range: return "#date";
    case Category::clock:
    case Category::day_part:
    case Category::time_range: return "#time";
    case Category::duration: return "#duration";
    case Category::nights: return "#nights";
    case Category::party_size: return "#guests";
    case Category::room_type: return "#room";
    case Category::rooms: return "#rooms";
    case Category::money: return "#money";
    case Category::person_name: return "#name";
    case Category::phone: return "#phone";
    case Category::email: return "#email";
    case Category::code: return "#code";
    default: return "";
  }
}

struct Word {
  std::string_view text;
  bool spelled;  // Not a placeholder: its letters say something.
};

std::vector<Word> words_of(const Text& text, const std::vector<Item>& entities, Stretch stretch) {
  std::vector<Word> words;
  auto entity = entities.begin();
  const std::size_t end = std::min(stretch.end, text.tokens.size());
  for (std::size_t i = stretch.begin; i < end; ++i) {
    while (entity != entities.end() && entity->end <= i) ++entity;
    if (entity != entities.end() && entity->begin <= i) {
      if (const auto name = placeholder(entity->category); !name.empty()) {
        if (entity->begin == i) words.push_back({name, false});
        continue;
      }
    }
    const Token& token = text.tokens[i];
    if (token.kind == TokenKind::word) words.push_back({token.folded, true});
    if (token.kind == TokenKind::digits) words.push_back({"#number", false});
    if (token.folded == "?") words.push_back({"?", false});
  }
  return words;
}

/// A set of hashes: an open table that doubles when it is half full.
class HashSet {
 public:
  /// False: it is there already. 0 counts as 1.
  bool insert(std::uint32_t hash) {
    if (2 * ++count_ > slots_.size()) grow();
    const bool is_new = put(hash);
    if (!is_new) --count_;
    return is_new;
  }
  void clear() {
    std::ranges::fill(slots_, 0U);
    count_ = 0;
  }

 private:
  static constexpr std::size_t kFirstSlots = 2048;  // Of a long message.

  bool put(std::uint32_t hash) {
    hash = std::max(hash, 1U);
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at] != 0 && slots_[at] != hash) at = (at + 1) & (slots_.size() - 1);
    return std::exchange(slots_[at], hash) == 0;
  }
  void grow() {
    const auto old = std::exchange(slots_, std::vector<std::uint32_t>(2 * slots_.size()));
    for (const std::uint32_t hash : old)
      if (hash != 0) put(hash);
  }

  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(kFirstSlots);
  std::size_t count_ = 0;
};

/// Collects features in blocks, each feature once; each block weighs the same, however long the
/// message.
class Collector {
 public:
  void add(std::uint32_t hash) {
    if (seen_.insert(hash)) features_.push_back({hash, 1});
  }

  void end_block(float weight) {
    const auto size = features_.size() - block_;
    for (std::size_t i = block_; i < features_.size(); ++i)
      features_[i].value = weight / std::sqrt(static_cast<float>(size));
    block_ = features_.size();
    seen_.clear();
  }

  std::vector<Feature> take() { return std::move(features_); }

 private:
  std::vector<Feature> features_;
  std::size_t block_ = 0;
  HashSet seen_;
};

void add_pieces(Collector& collector, std::string_view word, std::size_t shortest,
                std::size_t longest) {
  std::string marked = "^";
  marked += word.substr(0, 32);
  marked += '$';
  for (std::size_t at = 0; at + shortest <= marked.size(); ++at) {
    std::uint32_t hash = hash_text("piece ");
    const std::size_t end = std::min(at + longest, marked.size());
    for (std::size_t i = at; i < end; ++i) {
      hash = hash_text(std::string_view(marked).substr(i, 1), hash);
      if (i + 1 - at >= shortest) collector.add(hash);
    }
  }
}

/// Does a new clause begin behind the token at `i`?
bool parts(const Text& text, std::size_t i, Language language) {
  constexpr std::string_view kParting[] = {".",    "!",    "?",      ";",    ",",       "y",
                                           "e",    "and",  "ademas", "also", "tambien", "tambem",
                                           "alem", "pero", "but",    "plus", "mas"};
  const std::string_view word = text.tokens[i].folded;
  // "e-mail"; "é" is no "e"; in Spanish "mas" is "more", as often as not without its accent.
  if (word == "e" && i + 1 < text.tokens.size() && text.tokens[i + 1].folded == "-") return false;
  if (word == "e" && text.tokens[i].end - text.tokens[i].begin > 1) return false;
  if (word == "mas" && language != Language::pt) return false;
  return std::ranges::find(kParting, word) != std::end(kParting);
}

}  // namespace

std::vector<Feature> intent_features(const Text& text, const std::vector<Item>& entities,
                                     Stretch stretch) {
  const auto words = words_of(text, entities, stretch);
  Collector collector;
  for (const Word& word : words) collector.add(hash_text(word.text, hash_text("word ")));
  std::string_view before = "^";
  for (const Word& word : words) {
    collector.add(hash_text(word.text, hash_text(" ", hash_text(before, hash_text("pair ")))));
    before = word.text;
  }
  collector.add(hash_text("$", hash_text(" ", hash_text(before, hash_text("pair ")))));
  collector.end_block(1);
  for (const Word& word : words)
    if (word.spelled) add_pieces(collector, word.text, 2, 5);
  collector.end_block(0.8F);
  return collector.take();
}

std::vector<Feature> language_features(const Text& text) {
  Collector collector;
  for (const Token& token : text.tokens)
    if (token.kind == TokenKind::word) collector.add(hash_text(token.folded, hash_text("word ")));
  collector.end_block(1);
  for (const Token& token : text.tokens)
    if (token.kind == TokenKind::word)
      add_pieces(collector,
                 std::string_view(text.original).substr(token.begin, token.end - token.begin), 2,
                 4);
  collector.end_block(1);
  return collector.take();
}

std::vector<std::string_view> plain_words(const Text& text, const std::vector<Item>& entities,
                                          Stretch stretch) {
  std::vector<std::string_view> plain;
  for (const Word& word : words_of(text, entities, stretch))
    if (word.spelled) plain.push_back(word.text);
  return plain;
}

std::vector<Stretch> clauses(const Text& text, const std::vector<Item>& entities,
                             Language language) {
  std::vector<Stretch> found;
  Stretch clause{0, 0};
  auto entity = entities.begin();
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    while (entity != entities.end() && entity->end <= i) ++entity;
    const bool inside = entity != entities.end() && entity->begin < i;
    if (inside || !parts(text, i, language) || found.size() + 1 == kMaxClauses) continue;
    clause.end = i;
    if (clause.end > clause.begin) found.push_back(clause);
    clause.begin = i + 1;
  }
  clause.end = text.tokens.size();
  if (clause.end > clause.begin) found.push_back(clause);
  return found;
}

}  // namespace conserje::nlu
