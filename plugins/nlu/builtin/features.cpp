#include "features.hpp"

#include <algorithm>
#include <cmath>
#include <string>

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

/// Collects features in blocks; each block weighs the same, however long the message.
class Collector {
 public:
  void add(std::uint32_t hash) { features_.push_back({hash, 1}); }

  void end_block(float weight) {
    std::sort(features_.begin() + block_, features_.end(),
              [](const Feature& a, const Feature& b) { return a.hash < b.hash; });
    auto kept = features_.begin() + block_;
    for (auto at = kept; at != features_.end();) {  // Repeated ones count once.
      *kept = *at;
      while (at != features_.end() && at->hash == kept->hash) ++at;
      ++kept;
    }
    features_.erase(kept, features_.end());
    const auto size = features_.size() - static_cast<std::size_t>(block_);
    for (auto at = features_.begin() + block_; at != features_.end(); ++at)
      at->value = weight / std::sqrt(static_cast<float>(size));
    block_ = static_cast<std::ptrdiff_t>(features_.size());
  }

  std::vector<Feature> take() { return std::move(features_); }

 private:
  std::vector<Feature> features_;
  std::ptrdiff_t block_ = 0;
};

void add_pieces(Collector& collector, std::string_view word, std::size_t shortest,
                std::size_t longest) {
  std::string marked = "^";
  marked += word.substr(0, 32);
  marked += '$';
  for (std::size_t size = shortest; size <= longest; ++size)
    for (std::size_t at = 0; at + size <= marked.size(); ++at)
      collector.add(hash_text(std::string_view(marked).substr(at, size), hash_text("piece ")));
}

/// Does a new clause begin behind this token?
bool parts(const Token& token) {
  constexpr std::string_view kParting[] = {".", "!", "?", ";", ",", "y", "e", "and", "ademas", "also",
                                           "tambien", "tambem", "alem", "pero", "but", "mas"};
  return std::ranges::find(kParting, token.folded) != std::end(kParting);
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

std::vector<Stretch> clauses(const Text& text, const std::vector<Item>& entities) {
  std::vector<Stretch> found;
  Stretch clause{0, 0};
  auto entity = entities.begin();
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    while (entity != entities.end() && entity->end <= i) ++entity;
    const bool inside = entity != entities.end() && entity->begin < i;
    if (inside || !parts(text.tokens[i]) || found.size() + 1 == kMaxClauses) continue;
    clause.end = i;
    if (clause.end > clause.begin) found.push_back(clause);
    clause.begin = i + 1;
  }
  clause.end = text.tokens.size();
  if (clause.end > clause.begin) found.push_back(clause);
  return found;
}

}  // namespace conserje::nlu
