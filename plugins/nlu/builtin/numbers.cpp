#include "numbers.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace conserje::nlu {
namespace {

constexpr std::size_t kMaxTerms = 8;        // of a number in words: millions, thousands, ...
constexpr std::size_t kMaxPrefixes = 4;     // before an "and"
constexpr std::size_t kMaxDigitGroups = 8;  // of a number in figures: 1.234.567,8

Meaning number(double value) { return {.number = value}; }

const Meaning* find_at(const Chart& chart, std::size_t token, Category category) {
  if (token >= chart.size()) return nullptr;
  for (auto i = chart.first_at(token); i != -1;
       i = chart.items()[static_cast<std::size_t>(i)].next) {
    const Item& item = chart.items()[static_cast<std::size_t>(i)];
    if (item.category == category && item.end == token + 1) return &item.meaning;
  }
  return nullptr;
}

/// Does `next` continue a group such as 200 or 30? 200+35, 30+5, but not 30+40.
bool continues(double group, double next) {
  if (group == 0) return true;
  if (next >= 1000 || next == 0) return false;
  if (next >= 100) return false;
  if (std::fmod(group, 100) == 0) return true;
  return next < 10 && std::fmod(group, 10) == 0 && std::fmod(group, 100) >= 20;
}

/// A number in words while it is read: the terms that a multiplier has closed ("dos mil"), and the
/// group below a thousand that is still open ("treinta y").
class WordSum {
 public:
  double value() const {
    double total = group_;
    for (std::size_t i = 0; i < terms_; ++i) total += term_[i].value;
    return total;
  }
  /// A multiplier was the last word.
  bool is_open() const {
    return !closed_ && (group_ == 0 ? terms_ > 0 : std::fmod(group_, 100) == 0);
  }
  /// What may stand after "and": 5 in "thirty and five", 200 in "mil e duzentos".
  bool takes_after_and(double next) const {
    if (group_ != 0) return next < 100 && continues(group_, next);
    return terms_ > 0 && term_[terms_ - 1].scale >= 1000;
  }

  bool add(double next) {
    if (closed_ || !continues(group_, next) || (next == 0 && terms_ > 0)) return false;
    if (next >= 1000) return false;
    group_ += next;
    closed_ = next == 0;
    return true;
  }

  /// "decimo primero": ordinals go on after ten too.
  bool add_ordinal(double next) {
    const bool teen = !closed_ && std::fmod(group_, 100) == 10 && next < 10;
    if (!teen) return add(next);
    group_ += next;
    return true;
  }

  /// "322 hundred": figures begin a number too.
  void begin_with(double figures) { group_ = figures; }

  bool multiply(double by) {
    if (closed_) return false;
    if (by < 1000) {  // "dos docenas", "three hundred"
      if (by == 100 && group_ >= 1000) return false;
      group_ = std::max(group_, 1.0) * by;
      closed_ = by < 100;
      return true;
    }
    double part = group_;
    std::size_t kept = terms_;
    while (kept > 0 && term_[kept - 1].scale < by) part += term_[--kept].value;
    const bool repeats = kept > 0 && term_[kept - 1].scale == by;
    if (repeats || kept == kMaxTerms) return false;
    term_[kept] = {.value = (part == 0 ? 1 : part) * by, .scale = by};
    terms_ = kept + 1;
    group_ = 0;
    return true;
  }

 private:
  struct Term {
    double value, scale;
  };
  std::array<Term, kMaxTerms> term_{};
  std::size_t terms_ = 0;
  double group_ = 0;
  bool closed_ = false;  // After a zero or a dozen nothing follows.
};

bool is_connector(const Token& token, Language language) {
  switch (language) {
    case Language::es: return token.folded == "y" || token.folded == "i";
    case Language::en: return token.folded == "and" || token.folded == "-";
    case Language::pt: return token.folded == "e";
  }
  return false;
}

/// Where the words of a number end: of its cardinal part ("twenty" of "twenty first"), and of all
/// of it when it is an ordinal.
struct WordEnds {
  std::size_t cardinal, ordinal;
  double cardinal_value = 0, ordinal_value = 0;
  struct Prefix {
    std::size_t end = 0;
    double value = 0;
  };
  std::array<Prefix, kMaxPrefixes> prefixes{};  // "one hundred" of "one hundred and two"
  std::size_t prefix_count = 0;
};

bool take_ordinal(WordSum& sum, double value, Language language) {
  const bool multiplies = value >= 1000 || (value == 100 && language == Language::en);
  return multiplies ? sum.multiply(value) : sum.add_ordinal(value);
}

double digits_value(std::string_view digits) {
  double value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

/// Up to three digits, which may go on after a multiplier: "3 hundred and 21".
Meaning figures_at(const Chart& chart, std::size_t at) {
  if (at >= chart.size()) return number(0);
  const Token& token = chart.text().tokens[at];
  const bool plain =
      token.kind == TokenKind::digits && token.folded.size() <= 3 && token.after_space;
  return number(plain ? digits_value(token.folded) : 0);
}

/// A number in words from `begin` on; `at` is where its words begin, after figures perhaps. An end
/// that equals `begin` says that there is none.
WordEnds read_words(const Chart& chart, std::size_t begin, std::size_t at, Language language,
                    WordSum sum) {
  WordEnds ends{begin, begin};
  const std::size_t first = at;
  bool ordinal_seen = false, after_connector = false;
  while (at < chart.size()) {
    const Meaning* numeral = find_at(chart, at, Category::numeral);
    const Meaning figures = figures_at(chart, at);
    if (numeral == nullptr && at > first && sum.is_open() && figures.number > 0) numeral = &figures;
    const Meaning* multiplier = find_at(chart, at, Category::multiplier);
    const Meaning* ordinal = find_at(chart, at, Category::ordinal);
    if (!ordinal_seen && numeral && sum.add(numeral->number)) {
      ends.cardinal = ++at, ends.cardinal_value = sum.value();
    } else if (!ordinal_seen && !after_connector && multiplier &&
               sum.multiply(multiplier->number)) {
      ends.cardinal = ++at, ends.cardinal_value = sum.value();
    } else if (ordinal && ordinal->number > 0 && take_ordinal(sum, ordinal->number, language)) {
      ends.ordinal = ++at, ends.ordinal_value = sum.value();
      ordinal_seen = true;
    } else if (!after_connector && at > first && is_connector(chart.text().tokens[at], language)) {
      const Meaning* next = find_at(chart, at + 1, Category::numeral);
      if (next == nullptr) next = find_at(chart, at + 1, Category::ordinal);
      const Meaning tail = figures_at(chart, at + 1);
      if (next == nullptr && tail.number > 0 && language == Language::en) next = &tail;
      if (next == nullptr || !sum.takes_after_and(next->number)) break;
      if (chart.text().tokens[at].folded == "and" && ends.prefix_count < kMaxPrefixes)
        ends.prefixes[ends.prefix_count++] = {at, sum.value()};
      after_connector = true;
      ++at;
      continue;
    } else {
      break;
    }
    after_connector = false;
    if (ordinal_seen && language == Language::en) break;
  }
  return ends;
}

double decimals_value(std::string_view digits) {
  return digits_value(digits) / std::pow(10, static_cast<double>(digits.size()));
}

/// "1.234.567,5" as its groups of digits and the marks between them; all touch.
struct Figures {
  std::array<std::string_view, kMaxDigitGroups> groups;
  std::array<char, kMaxDigitGroups> marks{};  // marks[i] stands before groups[i]
  std::size_t count = 0;
};

Figures split_figures(const Chart& chart, std::size_t begin) {
  const auto& tokens = chart.text().tokens;
  Figures figures;
  figures.groups[figures.count++] = tokens[begin].folded;
  for (std::size_t at = begin + 1; at + 1 < tokens.size() && figures.count < kMaxDigitGroups;
       at += 2) {
    const bool mark = tokens[at].folded == "." || tokens[at].folded == ",";
    if (!mark || tokens[at].after_space || tokens[at + 1].after_space ||
        tokens[at + 1].kind != TokenKind::digits)
      break;
    figures.marks[figures.count] = tokens[at].folded[0];
    figures.groups[figures.count++] = tokens[at + 1].folded;
  }
  return figures;
}

/// The first `count` groups as thousands: groups of three, or of two before the last as in India.
bool are_thousands(const Figures& figures, std::size_t count) {
  if (figures.groups[0].size() > 3) return false;
  for (std::size_t i = 1; i < count; ++i) {
    const bool indian = i + 1 < count && figures.groups[i].size() == 2 && figures.marks[i] == ',';
    if (figures.groups[i].size() != 3 && !indian) return false;
    if (figures.marks[i] != figures.marks[1]) return false;
  }
  return true;
}

double joined(const Figures& figures, std::size_t count) {
  double value = 0;
  for (std::size_t i = 0; i < count; ++i)
    value = value * std::pow(10, static_cast<double>(figures.groups[i].size())) +
            digits_value(figures.groups[i]);
  return value;
}

/// How many of the first `count` groups read as one number: thousands with or without decimals. A
/// single mark before three digits divides thousands where the language writes it so.
bool read_groups(const Figures& figures, std::size_t count, Language language, double& value) {
  const std::size_t last = count - 1;
  const char thousands = language == Language::en ? ',' : '.';
  if (count == 1) {
    value = digits_value(figures.groups[0]);
    return true;
  }
  const bool one_mark = count == 2;
  if (are_thousands(figures, count) && (!one_mark || figures.marks[1] == thousands)) {
    value = joined(figures, count);
    return true;
  }
  const bool decimals =
      one_mark || (figures.marks[last] != figures.marks[1] && are_thousands(figures, last));
  if (!decimals) return false;
  value = joined(figures, last) + decimals_value(figures.groups[last]);
  return true;
}

/// A number in figures: "1.234,5", "1 234 567".
std::size_t read_figures(const Chart& chart, std::size_t begin, Language language, double& value) {
  const auto& tokens = chart.text().tokens;
  const Figures figures = split_figures(chart, begin);
  for (std::size_t count = figures.count; count > 1; --count)
    if (read_groups(figures, count, language, value)) return begin + 2 * count - 1;
  value = digits_value(tokens[begin].folded);
  std::size_t end = begin + 1;
  const auto is_group = [&](std::size_t at) {
    return at < tokens.size() && tokens[at].after_space && tokens[at].kind == TokenKind::digits &&
           tokens[at].folded.size() == 3;
  };
  if (tokens[begin].folded.size() <= 3)
    for (; is_group(end) && end < begin + kMaxDigitGroups; ++end)
      value = value * 1000 + digits_value(tokens[end].folded);
  if (end == begin + 1 || end + 1 >= tokens.size()) return end;
  const bool mark = tokens[end].folded == "." || tokens[end].folded == ",";
  if (mark && !tokens[end].after_space && !tokens[end + 1].after_space &&
      tokens[end + 1].kind == TokenKind::digits) {
    value += decimals_value(tokens[end + 1].folded);
    end += 2;
  }
  return end;
}

/// ".5": decimals without a whole part, where no digit stands before the mark.
void read_bare_decimals(Chart& chart, std::size_t at) {
  const auto& tokens = chart.text().tokens;
  const bool mark = tokens[at].folded == "." || tokens[at].folded == ",";
  if (!mark || at + 1 >= tokens.size() || tokens[at + 1].after_space ||
      tokens[at + 1].kind != TokenKind::digits)
    return;
  if (at > 0 && !tokens[at].after_space && tokens[at - 1].kind == TokenKind::digits) return;
  chart.add(Category::number, at, at + 2, number(decimals_value(tokens[at + 1].folded)));
}

/// Adds the number that begins with the words at `at`; where the next one may begin.
std::size_t add_words(Chart& chart, std::size_t begin, std::size_t at, Language language,
                      const WordSum& sum) {
  const WordEnds ends = read_words(chart, begin, at, language, sum);
  if (ends.cardinal > begin)
    chart.add(Category::number, begin, ends.cardinal, number(ends.cardinal_value));
  for (std::size_t i = 0; i < ends.prefix_count; ++i)
    chart.add(Category::number, begin, ends.prefixes[i].end, number(ends.prefixes[i].value));
  if (ends.ordinal > begin + 1)
    chart.add(Category::ordinal, begin, ends.ordinal, number(ends.ordinal_value));
  // What follows an "and" may also be a number of its own: "a hundred and two fifths".
  return ends.prefix_count > 0 ? ends.prefixes[0].end + 1 : std::max(ends.cardinal, ends.ordinal);
}

/// "A hundred" and "a thousand" begin a number as "one hundred" does.
bool begins_with_article(const Chart& chart, std::size_t at, Language language) {
  return language == Language::en && chart.text().tokens[at].folded == "a" &&
         find_at(chart, at + 1, Category::multiplier) != nullptr;
}

/// "Treintaicinco": tens and ones written as one word, as Spanish has it from thirty on, too.
void add_joined_numerals(Chart& chart) {
  struct Numeral {
    std::string_view word;
    double value;
  };
  constexpr Numeral kTens[] = {{"treinta", 30}, {"cuarenta", 40}, {"cincuenta", 50},
                               {"sesenta", 60}, {"setenta", 70},  {"ochenta", 80},
                               {"noventa", 90}};
  constexpr Numeral kOnes[] = {{"un", 1},    {"uno", 1},    {"una", 1},   {"dos", 2},
                               {"tres", 3},  {"cuatro", 4}, {"cinco", 5}, {"seis", 6},
                               {"siete", 7}, {"ocho", 8},   {"nueve", 9}};
  const auto& tokens = chart.text().tokens;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const std::string_view word = tokens[at].folded;
    const auto tens =
        std::ranges::find_if(kTens, [&](const Numeral& one) { return word.starts_with(one.word); });
    if (tens == std::end(kTens) || word.size() < tens->word.size() + 2) continue;
    const auto ones = std::ranges::find(kOnes, word.substr(tens->word.size() + 1), &Numeral::word);
    const char between = word[tens->word.size()];
    if (ones != std::end(kOnes) && (between == 'i' || between == 'y'))
      chart.add(Category::numeral, at, at + 1, number(tens->value + ones->value));
  }
}

void add_figures(Chart& chart, std::size_t begin, Language language) {
  double value = 0;
  const std::size_t end = read_figures(chart, begin, language, value);
  chart.add(Category::number, begin, begin + 1,
            number(digits_value(chart.text().tokens[begin].folded)));
  if (end > begin + 1) chart.add(Category::number, begin, end, number(value));
  WordSum sum;
  sum.begin_with(value);
  if (find_at(chart, end, Category::multiplier) != nullptr)
    add_words(chart, begin, end, language, sum);
}

}  // namespace

void read_numbers(Chart& chart, Language language) {
  if (language == Language::es) add_joined_numerals(chart);
  for (std::size_t begin = 0; begin < chart.size();) {
    const Token& token = chart.text().tokens[begin];
    std::size_t end = begin + 1;
    if (token.kind == TokenKind::digits) {
      add_figures(chart, begin, language);  // The parts of "10.12.2026" are numbers too.
    } else if (token.kind == TokenKind::symbol) {
      read_bare_decimals(chart, begin);
    } else if (begins_with_article(chart, begin, language)) {
      end = std::max(end, add_words(chart, begin, begin + 1, language, {}));
    } else {
      end = std::max(end, add_words(chart, begin, begin, language, {}));
    }
    begin = end;
  }
}

}  // namespace conserje::nlu
