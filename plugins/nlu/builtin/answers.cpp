#include "answers.hpp"

#include <algorithm>

namespace conserje::nlu {
namespace {

/// Calls use(item) for each whole number between the bounds.
template <class Use>
void for_each_number(Chart& chart, double low, double high, Use use) {
  for (std::size_t token = 0; token < chart.size(); ++token)
    chart.for_each_at(token, [&](const Item& item) {
      const double number = item.meaning.number;
      if (item.category == Category::number && number >= low && number <= high &&
          number == static_cast<int>(number))
        use(item);
    });
}

/// A question whose answer may be a bare number, and what that number then is.
struct NumberQuestion {
  std::string_view pending;
  Category answer;
  double high;
};
constexpr NumberQuestion kNumberQuestions[] = {
    {"party_size", Category::party_size, 200},
    {"nights", Category::nights, 366},
    {"rooms", Category::rooms, 100},
};

void read_days(Chart& chart) {
  for_each_number(chart, 1, 31, [&](const Item& item) {
    Meaning day;
    day.when.day = static_cast<std::int8_t>(item.meaning.number);
    chart.add(Category::date, item.begin, item.end, day);
  });
}

/// "8", "21": the hour of a day, in either half of it where both have it.
void read_hours(Chart& chart) {
  for_each_number(chart, 0, 23, [&](const Item& item) {
    Meaning clock;
    clock.when.hour = static_cast<std::int8_t>(item.meaning.number);
    clock.when.either_half = clock.when.hour > 0 && clock.when.hour <= 12;
    clock.unit = Grain::hour;
    chart.add(Category::clock, item.begin, item.end, clock);
  });
}

/// "1" and "2", as our own questions offer them: yes and no.
void read_choice(Chart& chart) {
  if (chart.size() != 1) return;
  for_each_number(chart, 1, 2, [&](const Item& item) {
    Meaning answer;
    answer.word = item.meaning.number == 1 ? "yes" : "no";
    chart.add(Category::yes_no, item.begin, item.end, answer);
  });
}

void read_code(Chart& chart) {
  const auto& tokens = chart.text().tokens;
  for (std::size_t token = 0; token < tokens.size(); ++token)
    if (tokens[token].kind == TokenKind::digits && tokens[token].folded.size() >= 3)
      chart.add(Category::code, token, token + 1, {});
}

/// The whole message, when it can be a name: up to six words, none of them common, unless both are
/// capitalised.
void read_name(Chart& chart, const std::function<bool(std::string_view)>& is_common) {
  constexpr std::string_view kInside[] = {"de",  "del", "la", "los", "da", "do",
                                          "dos", "das", "'",  "-",   "."};
  const auto& tokens = chart.text().tokens;
  std::size_t end = tokens.size();
  while (end > 0 && tokens[end - 1].kind != TokenKind::word) --end;
  if (end == 0 || end > 6) return;
  const bool shouted = std::count_if(tokens.begin(), tokens.end(),
                                     [](const Token& token) { return token.capital; }) > 1;
  for (std::size_t i = 0; i < end; ++i) {
    const bool inside = i > 0 && std::ranges::find(kInside, tokens[i].folded) != std::end(kInside);
    const bool word = tokens[i].kind == TokenKind::word &&
                      (!is_common(tokens[i].folded) || (shouted && tokens[i].capital));
    if (!inside && !word) return;
  }
  chart.add(Category::person_name, 0, end, {});
}

/// Words that only lead to an answer, in all three languages: articles, what holds a sentence
/// together, what an entity is called, and good manners.
constexpr std::string_view kLeading[] = {
    "a",      "al",     "as",       "better",  "code",   "codigo", "com",    "con", "da",
    "das",    "de",     "del",      "do",      "dos",    "e",      "el",     "em",  "en",
    "era",    "es",     "esta",     "favor",   "for",    "i",      "in",     "is",  "it",
    "la",     "las",    "los",      "m",       "me",     "mejor",  "melhor", "meu", "mi",
    "minha",  "my",     "na",       "name",    "no",     "nombre", "nome",   "num", "number",
    "numero", "o",      "of",       "on",      "os",     "para",   "please", "pls", "por",
    "porfa",  "prefer", "prefiero", "prefiro", "rather", "s",      "sao",    "se",  "sera",
    "seria",  "son",    "su",       "the",     "then",   "to",     "um",     "uma", "un",
    "una",    "under",  "was",      "we",      "with",   "would",  "y"};

}  // namespace

void read_answer(Chart& chart, std::string_view pending,
                 const std::function<bool(std::string_view)>& is_common) {
  for (const NumberQuestion& question : kNumberQuestions)
    if (question.pending == pending)
      for_each_number(chart, 1, question.high, [&](const Item& item) {
        chart.add(question.answer, item.begin, item.end, item.meaning);
      });
  if (pending == "dates" || pending == "day") read_days(chart);
  if (pending == "hour" || pending == "time") read_hours(chart);
  if (pending == "confirm") read_choice(chart);
  if (pending == "code") read_code(chart);
  if (pending == "guest_name") read_name(chart, is_common);
}

bool says_nothing_else(std::span<const std::string_view> plain) {
  return std::ranges::all_of(
      plain, [](std::string_view word) { return std::ranges::binary_search(kLeading, word); });
}

}  // namespace conserje::nlu
