#include "grammar.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace conserje::nlu {
namespace {

constexpr int kMaxItemsPerToken = 48;
constexpr int kMaxCaptures = 8;
constexpr int kMaxSteps = 256;  // per pattern and token
constexpr int kMaxRounds = 3;   // how often a section's rules may build on each other at one token

struct CategoryName {
  std::string_view name;
  Category category;
};
constexpr CategoryName kCategoryNames[] = {
    {"unit", Category::unit},
    {"weekday", Category::weekday},
    {"short_weekday", Category::short_weekday},
    {"yes_no", Category::yes_no},
    {"month", Category::month},
    {"plain_month", Category::plain_month},
    {"day_word", Category::day_word},
    {"part", Category::part},
    {"part_noun", Category::part_noun},
    {"part_today", Category::part_today},
    {"half", Category::half},
    {"holiday", Category::holiday},
    {"edge", Category::edge},
    {"coming", Category::coming},
    {"past", Category::past},
    {"few", Category::few},
    {"meal", Category::meal},
    {"denominator", Category::denominator},
    {"multiplier", Category::multiplier},
    {"suffix", Category::suffix},
    {"guests", Category::guest_word},
    {"children", Category::child_word},
    {"relative", Category::relative},
    {"companions", Category::companions},
    {"room", Category::room_word},
    {"night", Category::night_word},
    {"currency", Category::currency},
    {"number", Category::number},
    {"ordinal", Category::ordinal},
    {"clock", Category::clock},
    {"time_range", Category::time_range},
    {"date", Category::date},
    {"period", Category::period},
    {"datetime", Category::datetime},
    {"range", Category::range},
    {"duration", Category::duration},
    {"nights", Category::nights},
    {"party_size", Category::party_size},
    {"room_type", Category::room_type},
};

struct RoleBounds {
  std::string_view name;
  Role role;
  double low, high;
};
constexpr RoleBounds kRoles[] = {
    {"day", Role::day, 1, 31},
    {"figure", Role::figure, 1, 31},
    {"month_number", Role::month, 1, 12},
    {"year", Role::year, 1900, 2199},
    {"short_year", Role::short_year, 0, 99},
    {"hour", Role::hour, 0, 24},
    {"minute", Role::minute, 0, 59},
    {"second", Role::second, 0, 59},
    {"hour_minute", Role::hour_minute, 0, 2359},
    {"week", Role::week, 1, 53},
    {"count", Role::count, 1, 9999},
    {"many", Role::many, 2, 9999},
};

bool fits(Role role, double number) {
  const auto& bounds = kRoles[static_cast<int>(role) - 1];
  return number >= bounds.low && number <= bounds.high && number == static_cast<int>(number);
}

/// "The 4th", "el primero".
bool takes_ordinals(Role role) { return role == Role::day; }

/// Calls use(piece) for each piece of `text` between separators.
template <class Use>
void for_each_piece(std::string_view text, char separator, Use use) {
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (end > 0) use(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

struct Modifiers {
  std::string_view body;
  bool optional = false, touching = false, ahead = false, absent = false;
};
Modifiers strip_modifiers(std::string_view element) {
  Modifiers stripped{element};
  auto& body = stripped.body;
  if (body.size() > 1 && body.back() == '?') stripped.optional = true, body.remove_suffix(1);
  if (body.size() > 1 && body.front() == '~') stripped.touching = true, body.remove_prefix(1);
  if (body.size() > 1 && body.front() == '=') stripped.ahead = true, body.remove_prefix(1);
  if (body.size() > 1 && body.front() == '!') stripped.absent = true, body.remove_prefix(1);
  return stripped;
}

}  // namespace

bool Chart::add(Category category, std::size_t begin, std::size_t end, const Meaning& meaning) {
  if (counts_[begin] >= kMaxItemsPerToken) return false;
  std::int32_t before = -1;
  std::int32_t after = heads_[begin];
  while (after != -1 && items_[static_cast<std::size_t>(after)].end >= end) {
    const Item& known = items_[static_cast<std::size_t>(after)];
    if (known.end == end && known.category == category) return false;
    before = after;
    after = known.next;
  }
  const auto added = static_cast<std::int32_t>(items_.size());
  items_.push_back({category, static_cast<std::uint16_t>(begin), static_cast<std::uint16_t>(end),
                    after, meaning});
  (before == -1 ? heads_[begin] : items_[static_cast<std::size_t>(before)].next) = added;
  ++counts_[begin];
  return true;
}

Grammar::Grammar(const Lexemes& lexemes, std::span<const Section> sections, bool ordinals_are_days)
    : ordinals_are_days_(ordinals_are_days) {
  const auto learn = [&](std::string_view word) { vocabulary_.push_back(word); };
  for (const auto& lexeme : lexemes.rows)
    for_each_piece(lexemes.phrases(lexeme), '|',
                   [&](std::string_view phrase) { for_each_piece(phrase, ' ', learn); });
  for (const Section& section : sections)
    for (const Rule& rule : section)
      for_each_piece(rule.pattern, ' ', [&](std::string_view element) {
        const auto body = strip_modifiers(element).body;
        if (body.front() != '[') for_each_piece(body, '|', learn);
      });
  std::ranges::sort(vocabulary_);
  vocabulary_.erase(std::ranges::unique(vocabulary_).begin(), vocabulary_.end());
  vocabulary_.shrink_to_fit();

  for (const auto& lexeme : lexemes.rows)
    for_each_piece(lexemes.phrases(lexeme), '|', [&](std::string_view text) {
      phrases_.push_back({.words = keep_words(text, ' '), .lexeme = &lexeme});
    });
  phrases_.shrink_to_fit();
  std::ranges::stable_sort(phrases_, {}, [this](const Phrase& phrase) { return first_of(phrase); });

  sections_.reserve(sections.size());
  for (const Section& section : sections) {
    Index& index = sections_.emplace_back();
    if (section.size() > kMaxPatterns)
      throw std::logic_error("grammar: a section has too many rules");
    index.patterns.reserve(section.size());
    for (const Rule& rule : section) index.patterns.push_back(read_pattern(rule));
    index_first(index);
  }
  words_.shrink_to_fit();
  elements_.shrink_to_fit();
}

Grammar::WordId Grammar::word_id(std::string_view folded) const {
  const auto found = std::ranges::lower_bound(vocabulary_, folded);
  if (found == vocabulary_.end() || *found != folded) return 0;
  return static_cast<WordId>(found - vocabulary_.begin() + 1);
}

Grammar::Stretch Grammar::keep_words(std::string_view text, char separator) {
  Stretch kept{.begin = static_cast<std::uint32_t>(words_.size())};
  for_each_piece(text, separator, [&](std::string_view word) {
    words_.push_back(word_id(word));
    ++kept.count;
  });
  return kept;
}

Grammar::Pattern Grammar::read_pattern(const Rule& rule) {
  Pattern pattern{.elements = {.begin = static_cast<std::uint32_t>(elements_.size())},
                  .rule = &rule};
  for_each_piece(rule.pattern, ' ', [&](std::string_view text) {
    const auto [body, optional, touching, ahead, absent] = strip_modifiers(text);
    Element element{.words = {},
                    .categories = {},
                    .optional = optional,
                    .touching = touching,
                    .ahead = ahead,
                    .absent = absent};
    if (body.front() != '[') {
      element.words = keep_words(body, '|');
    } else {
      for_each_piece(body.substr(1, body.size() - 2), '|', [&](std::string_view name) {
        if (const auto role = std::ranges::find(kRoles, name, &RoleBounds::name);
            role != std::end(kRoles)) {
          element.role = role->role;
          element.categories.set(static_cast<std::size_t>(Category::number));
          if (takes_ordinals(element.role))
            element.categories.set(static_cast<std::size_t>(Category::ordinal));
        } else if (const auto category =
                       std::ranges::find(kCategoryNames, name, &CategoryName::name);
                   category != std::end(kCategoryNames)) {
          element.categories.set(static_cast<std::size_t>(category->category));
        } else {
          throw std::logic_error("grammar: no category [" + std::string(name) +
                                 "] in: " + std::string(rule.pattern));
        }
      });
    }
    elements_.push_back(element);
    ++pattern.elements.count;
  });
  return pattern;
}

void Grammar::index_first(Index& index) const {
  for (std::uint16_t i = 0; i < index.patterns.size(); ++i) {
    for (const Element& element : of(index.patterns[i])) {  // Up to the first that must be there.
      for (const WordId word : of(element.words)) index.by_word.emplace_back(word, i);
      for (std::size_t c = 0; c < kCategories; ++c)
        if (element.categories.test(c)) index.by_category[c].push_back(i);
      if (!element.optional) break;
    }
  }
  std::ranges::sort(index.by_word);
  index.by_word.shrink_to_fit();
  for (auto& patterns : index.by_category) patterns.shrink_to_fit();
}

void Grammar::read_words(Chart& chart) const {
  std::vector<WordId> words;
  for (const Token& token : chart.text().tokens) words.push_back(word_id(token.folded));
  for (std::size_t begin = 0; begin < words.size(); ++begin) {
    if (words[begin] == 0) continue;
    const auto candidates = std::ranges::equal_range(
        phrases_, words[begin], {}, [this](const Phrase& phrase) { return first_of(phrase); });
    for (const Phrase& phrase : candidates) {
      const auto known = of(phrase.words);
      const auto size = known.size();
      if (begin + size <= words.size() && std::equal(known.begin(), known.end(), &words[begin]))
        chart.add(phrase.lexeme->category, begin, begin + size, phrase.lexeme->meaning);
    }
  }
}

/// Tries patterns at one place of a chart, with a bounded number of steps for each.
class Grammar::Matcher {
 public:
  Matcher(const Grammar& grammar, const Chart& chart, std::span<const WordId> words)
      : grammar_(grammar), chart_(chart), words_(words) {}

  /// The end of the longest-first match of `pattern` at `begin`, and its meaning; 0: no match.
  std::size_t match(const Pattern& pattern, std::size_t begin, Meaning& made) {
    pattern_ = &pattern;
    elements_ = grammar_.of(pattern);
    made_ = &made;
    begin_ = begin;
    steps_ = 0;
    captured_ = 0;
    return follow(0, begin, begin);
  }

 private:
  /// Matches the elements from `at` on, from `token` on. `end` is where the match ends so far.
  std::size_t follow(std::size_t at, std::size_t token, std::size_t end) {
    if (++steps_ > kMaxSteps) return 0;
    if (at == elements_.size()) return accept(end);
    const Element& element = elements_[at];
    if (element.absent) return stands_at(element, token) ? 0 : follow(at + 1, token, end);
    if (token < words_.size() && !(element.touching && chart_.text().tokens[token].after_space)) {
      if (has_word(element, token))
        if (const auto found = follow(at + 1, token + 1, element.ahead ? end : token + 1))
          return found;
      if (element.categories.any())
        if (const auto found = follow_items(element, at, token, end)) return found;
    }
    return element.optional ? follow(at + 1, token, end) : 0;
  }

  bool has_word(const Element& element, std::size_t token) const {
    const auto known = grammar_.of(element.words);
    return words_[token] != 0 && std::ranges::find(known, words_[token]) != known.end();
  }

  bool stands_at(const Element& element, std::size_t token) const {
    if (token >= words_.size()) return false;
    bool found = has_word(element, token);
    chart_.for_each_at(token, [&](const Item& item) {
      found |= element.categories.test(static_cast<std::size_t>(item.category));
    });
    return found;
  }

  std::size_t follow_items(const Element& element, std::size_t at, std::size_t token,
                           std::size_t end) {
    if (captured_ == kMaxCaptures) return 0;
    for (auto i = chart_.first_at(token); i != -1;) {
      const Item& item = chart_.items()[static_cast<std::size_t>(i)];
      i = item.next;
      if (!element.categories.test(static_cast<std::size_t>(item.category))) continue;
      const bool ordinal_day = item.category == Category::ordinal && takes_ordinals(element.role);
      if (ordinal_day && !is_day(item)) continue;
      const Role role =
          item.category == Category::number || ordinal_day ? element.role : Role::none;
      if (role != Role::none && !fits_role(role, item)) continue;
      captures_[captured_++] = {item.category, role, &item.meaning};
      if (const auto found = follow(at + 1, item.end, element.ahead ? end : item.end)) return found;
      --captured_;
    }
    return 0;
  }

  /// "El cuarto" is a room, "o quarto" too, "el primer piso" a floor; "sexta" is Friday: ordinals
  /// in words are days in English only. "Primero" and "primeiro" are numbers besides.
  bool is_day(const Item& ordinal) const {
    return grammar_.ordinals_are_days_ ||
           chart_.text().tokens[ordinal.begin].kind == TokenKind::digits;
  }

  /// Two digits for minutes and short years, four for a year; within the role's bounds.
  bool fits_role(Role role, const Item& item) const {
    if (!fits(role, item.meaning.number)) return false;
    const Token& token = chart_.text().tokens[item.begin];
    if (token.kind != TokenKind::digits)
      return role != Role::short_year && role != Role::hour_minute && role != Role::figure;
    if (item.end != item.begin + 1)
      return role == Role::day || role == Role::count || role == Role::many;  // "10th", "1.000"
    switch (role) {
      case Role::minute:
      case Role::second:
      case Role::short_year: return token.folded.size() == 2;
      case Role::year: return token.folded.size() == 4;
      case Role::hour_minute: return token.folded.size() == 3 || token.folded.size() == 4;
      case Role::count:
      case Role::many: return true;
      default: return token.folded.size() <= 2;
    }
  }

  std::size_t accept(std::size_t end) {
    *made_ = {};
    if (end == begin_ || !pattern_->rule->action(Captures(captures_.data(), captured_), *made_))
      return 0;
    return end;
  }

  const Grammar& grammar_;
  const Chart& chart_;
  std::span<const WordId> words_;
  const Pattern* pattern_ = nullptr;
  std::span<const Element> elements_{};
  Meaning* made_ = nullptr;
  std::size_t begin_ = 0;
  int steps_ = 0;
  std::array<Capture, kMaxCaptures> captures_{};
  std::size_t captured_ = 0;
};

void Grammar::apply_rules(Chart& chart) const {
  std::vector<WordId> words;
  for (const Token& token : chart.text().tokens) words.push_back(word_id(token.folded));
  for (const Index& section : sections_)
    for (std::size_t begin = words.size(); begin-- > 0;)
      for (int round = 0; round < kMaxRounds; ++round)
        if (!apply_at(section, words, begin, chart)) break;
}

bool Grammar::apply_at(const Index& section, std::span<const WordId> words, std::size_t begin,
                       Chart& chart) const {
  std::bitset<kMaxPatterns> candidates;
  if (words[begin] != 0)
    for (const auto& [word, pattern] :
         std::ranges::equal_range(section.by_word, words[begin], {}, &Index::Entry::first))
      candidates.set(pattern);
  for (auto i = chart.first_at(begin); i != -1;
       i = chart.items()[static_cast<std::size_t>(i)].next) {
    const Item& item = chart.items()[static_cast<std::size_t>(i)];
    for (const auto pattern : section.by_category[static_cast<std::size_t>(item.category)])
      candidates.set(pattern);
  }
  bool found = false;
  Matcher matcher(*this, chart, words);
  for (std::size_t i = candidates._Find_first(); i < candidates.size();
       i = candidates._Find_next(i)) {
    const Pattern& pattern = section.patterns[i];
    Meaning made;
    if (const auto end = matcher.match(pattern, begin, made))
      found |= chart.add(pattern.rule->makes, begin, end, made);
  }
  return found;
}

}  // namespace conserje::nlu
