#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include "meaning.hpp"
#include "text.hpp"

/// A grammar is two tables: lexemes (phrase -> what it is and means) and rules (pattern -> what it
/// makes). Rules stand in sections; each section is run once, from the last token to the first, and
/// may use what the sections before it made and what it made itself further right. So the work is
/// linear in the text: tokens x rules that can begin there x a bounded number of steps.
namespace conserje::nlu {

/// `phrases` are alternatives divided by '|', folded, words divided by one blank: "semana santa|la
/// semana santa".
struct Lexeme {
  Category category;
  std::string_view phrases;
  Meaning meaning;
};

/// The same with a place in the text of its table instead of an address.
struct PackedLexeme {
  Category category;
  std::uint16_t length;
  std::uint32_t begin;
  Meaning meaning;
};

/// The lexemes of a language. Loading a library writes every address of its tables, so that each
/// host would have a copy of its own; these hold none, and all hosts of a machine share them.
struct Lexemes {
  std::string_view text;
  std::span<const PackedLexeme> rows;

  std::string_view phrases(const PackedLexeme& row) const {
    return text.substr(row.begin, row.length);
  }
};

template <std::size_t kRows, std::size_t kChars>
struct LexemeTable {
  std::array<char, kChars> text{};
  std::array<PackedLexeme, kRows> rows{};

  operator Lexemes() const { return {.text = {text.data(), kChars}, .rows = rows}; }
};

/// kTable: an array of Lexeme, which is not kept itself.
template <const auto& kTable>
consteval auto packed() {
  constexpr std::size_t kChars = [] {
    std::size_t chars = 0;
    for (const Lexeme& lexeme : kTable) chars += lexeme.phrases.size();
    return chars;
  }();
  LexemeTable<std::size(kTable), kChars> table;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < std::size(kTable); ++i) {
    const Lexeme& lexeme = kTable[i];
    table.rows[i] = {.category = lexeme.category,
                     .length = static_cast<std::uint16_t>(lexeme.phrases.size()),
                     .begin = static_cast<std::uint32_t>(begin),
                     .meaning = lexeme.meaning};
    for (const char c : lexeme.phrases) table.text[begin++] = c;
  }
  return table;
}

/// How a pattern reads a number: its bounds, and the field that it fills.
enum class Role : std::uint8_t {
  none,
  day,
  figure,
  month,
  year,
  short_year,
  hour,
  minute,
  second,
  hour_minute,
  week,
  count,
  many
};

/// What one bracket of a pattern matched.
struct Capture {
  Category category;
  Role role;
  const Meaning* meaning;
};
using Captures = std::span<const Capture>;

/// Makes a rule's meaning from its captures. False: these do not go together, and the rule does not
/// match.
using Action = bool (*)(Captures captures, Meaning& made);

/// A pattern's elements are divided by blanks:
///   de|del      one of these words or symbols
///   [month]     a stretch of that category; [date|period] of one of them
///   [day]       a number in a role: day (an ordinal too), figure (a day in figures), month_number
///   year short_year hour minute second
///               hour_minute week count many (a count from two on)
///   x?          optional
///   ~x          touches the token before it: "8pm", "10/12"
///   =x          must follow, is not part of the match
///   !x          must not follow
struct Rule {
  std::string_view pattern;
  Category makes;
  Action action;
};
using Section = std::span<const Rule>;

/// A stretch of tokens [begin, end) that was understood.
struct Item {
  Category category;
  std::uint16_t begin;
  std::uint16_t end;
  std::int32_t next;  // The next item that begins here, equally long or shorter; -1: none.
  Meaning meaning;
};

/// Everything found in one text. Items that begin at one token are kept longest first, at most
/// kMaxItemsPerToken.
class Chart {
 public:
  explicit Chart(const Text& text)
      : text_(text), heads_(text.tokens.size() + 1, -1), counts_(heads_.size(), 0) {}

  const Text& text() const { return text_; }
  std::size_t size() const { return text_.tokens.size(); }
  const std::vector<Item>& items() const { return items_; }
  std::int32_t first_at(std::size_t token) const { return heads_[token]; }

  /// Calls use(item) for each item that begins at `token`, longest first. `use` may add to the
  /// chart.
  template <class Use>
  void for_each_at(std::size_t token, Use use) const {
    if (token >= size()) return;
    for (auto i = first_at(token); i != -1;) {
      const Item item = items_[static_cast<std::size_t>(i)];
      i = item.next;
      use(item);
    }
  }

  /// Keeps it, unless the same stretch is already known to be that category (the earlier rule
  /// wins): false.
  bool add(Category category, std::size_t begin, std::size_t end, const Meaning& meaning);

 private:
  const Text& text_;
  std::vector<Item> items_;
  std::vector<std::int32_t> heads_;
  std::vector<std::uint8_t> counts_;
};

/// Lexemes and rules of one language, ready to run. Immutable; any thread. The tables are static
/// and outlive it.
class Grammar {
 public:
  /// Throws std::logic_error naming the pattern that does not read: that is a mistake in a table.
  /// `ordinals_are_days`: an ordinal in words may be a day, as in English.
  Grammar(const Lexemes& lexemes, std::span<const Section> sections,
          bool ordinals_are_days = false);

  /// Adds every lexeme of the text to the chart.
  void read_words(Chart& chart) const;
  /// Runs the sections in their order.
  void apply_rules(Chart& chart) const;
  /// The word is part of some lexeme or rule.
  bool knows(std::string_view folded_word) const { return word_id(folded_word) != 0; }

 private:
  using WordId = std::uint16_t;  // 0: not in the tables

  /// A stretch of words_ or elements_: thousands of small vectors would be most of the grammar's
  /// memory.
  struct Stretch {
    std::uint32_t begin = 0;
    std::uint32_t count = 0;
  };
  struct Element {
    Stretch words;
    std::bitset<kCategories> categories;
    Role role = Role::none;
    bool optional = false, touching = false, ahead = false, absent = false;
  };
  struct Pattern {
    Stretch elements;
    const Rule* rule;
  };
  struct Phrase {
    Stretch words;
    const PackedLexeme* lexeme;
  };
  struct Index {
    std::vector<Pattern> patterns;
    using Entry = std::pair<WordId, std::uint16_t>;
    std::vector<Entry> by_word;  // sorted: first word -> pattern
    std::array<std::vector<std::uint16_t>, kCategories> by_category;
  };
  class Matcher;
  static constexpr std::size_t kMaxPatterns = 256;  // in one section

  WordId word_id(std::string_view folded) const;
  std::span<const WordId> of(Stretch words) const { return {&words_[words.begin], words.count}; }
  std::span<const Element> of(const Pattern& pattern) const {
    return {&elements_[pattern.elements.begin], pattern.elements.count};
  }
  WordId first_of(const Phrase& phrase) const { return words_[phrase.words.begin]; }
  Stretch keep_words(std::string_view text, char separator);
  Pattern read_pattern(const Rule& rule);
  void index_first(Index& index) const;
  /// Runs the rules that can begin at one token. True: something new was found there.
  bool apply_at(const Index& section, std::span<const WordId> words, std::size_t begin,
                Chart& chart) const;

  std::vector<std::string_view> vocabulary_;  // sorted; id = position + 1
  std::vector<WordId> words_;                 // of all phrases and elements
  std::vector<Element> elements_;             // of all patterns
  std::vector<Phrase> phrases_;               // sorted by their first word
  std::vector<Index> sections_;
  bool ordinals_are_days_;
};

}  // namespace conserje::nlu
