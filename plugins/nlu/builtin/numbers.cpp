#include "numbers.hpp"

#include <cmath>

namespace conserje::nlu {
namespace {

Meaning number(double value) {
  Meaning meaning;
  meaning.number = value;
  return meaning;
}

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
  if (next >= 100) return false;
  if (std::fmod(group, 100) == 0) return true;
  return next < 10 && std::fmod(group, 10) == 0 && std::fmod(group, 100) >= 20;
}

bool is_connector(const Token& token, Language language) {
  switch (language) {
    case Language::es: return token.folded == "y";
    case Language::en: return token.folded == "and" || token.folded == "-";
    case Language::pt: return token.folded == "e";
  }
  return false;
}

/// A number in words from `begin` on. Returns its end, or `begin` when there is none.
std::size_t read_words(const Chart& chart, std::size_t begin, Language language, double& value) {
  double total = 0, group = 0, last_multiplier = 1e15;
  std::size_t end = begin, at = begin;
  while (at < chart.size()) {
    if (const Meaning* numeral = find_at(chart, at, Category::numeral);
        numeral && continues(group, numeral->number)) {
      if (end != begin && group == 0 && total == 0) break;  // After a zero nothing follows.
      group += numeral->number;
    } else if (const Meaning* multiplier = find_at(chart, at, Category::multiplier)) {
      const double by = multiplier->number;
      if (by == 100) {
        if (group >= 100) break;
        group = (group == 0 ? 1 : group) * by;
      } else {
        if (by >= last_multiplier && total != 0) break;
        total += (group == 0 ? 1 : group) * by;
        last_multiplier = by;
        group = 0;
      }
    } else if (at > begin && end == at && is_connector(chart.text().tokens[at], language)) {
      const Meaning* next = find_at(chart, at + 1, Category::numeral);
      const bool small_tail =
          next && next->number < 100 && group != 0 && continues(group, next->number);
      const bool after_thousand = next && group == 0 && total >= 1000;
      if (!small_tail && !after_thousand) break;
      ++at;
      continue;
    } else {
      break;
    }
    end = ++at;
  }
  value = total + group;
  return end;
}

double digits_value(std::string_view digits) {
  double value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

/// "1.234.567,5": digits with marks that touch them. A mark before exactly three digits divides
/// thousands, except that English decimals are marked by '.' alone; another one, seen once, begins
/// the decimals.
std::size_t read_digits(const Chart& chart, std::size_t begin, Language language, double& value) {
  const auto& tokens = chart.text().tokens;
  value = digits_value(tokens[begin].folded);
  std::size_t end = begin + 1;
  const char thousands = language == Language::en ? ',' : '.';
  const auto part = [&](std::size_t at) -> const Token* {
    if (at + 1 >= tokens.size() || tokens[at].after_space || tokens[at + 1].after_space)
      return nullptr;
    return tokens[at + 1].kind == TokenKind::digits ? &tokens[at + 1] : nullptr;
  };
  while (tokens[begin].folded.size() <= 3 && end < tokens.size() &&
         tokens[end].folded[0] == thousands) {
    const Token* group = part(end);
    if (group == nullptr || group->folded.size() != 3) break;
    value = value * 1000 + digits_value(group->folded);
    end += 2;
  }
  if (end < tokens.size() && (tokens[end].folded == "," || tokens[end].folded == ".")) {
    if (const Token* decimals = part(end); decimals && tokens[end].folded[0] != thousands) {
      value += digits_value(decimals->folded) /
               std::pow(10, static_cast<double>(decimals->folded.size()));
      end += 2;
    }
  }
  return end;
}

}  // namespace

void read_numbers(Chart& chart, Language language) {
  for (std::size_t begin = 0; begin < chart.size();) {
    const Token& token = chart.text().tokens[begin];
    std::size_t end = begin;
    double value = 0;
    if (token.kind == TokenKind::digits) {
      chart.add(Category::number, begin, begin + 1, number(digits_value(token.folded)));
      end = read_digits(chart, begin, language, value);
      if (end > begin + 1) chart.add(Category::number, begin, end, number(value));
      end = begin + 1;  // The parts of "10.12.2026" are numbers too.
    } else if (end = read_words(chart, begin, language, value); end != begin) {
      chart.add(Category::number, begin, end, number(value));
    }
    begin = std::max(end, begin + 1);
  }
}

}  // namespace conserje::nlu
