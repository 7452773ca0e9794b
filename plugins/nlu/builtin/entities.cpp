#include "entities.hpp"

#include <algorithm>

#include "combine.hpp"
#include "language.hpp"
#include "numbers.hpp"
#include "scan.hpp"

namespace conserje::nlu {
namespace {

Grammar make(const LanguageTables& tables) {
  return {tables.lexemes, tables.sections, tables.ordinals_are_days};
}

/// The entity that a category becomes, and what breaks a tie between equally long readings.
/// Categories that are not here are building blocks.
struct EntityType {
  Category category;
  std::string_view type;
  int preference;
};
constexpr EntityType kEntityTypes[] = {
    {Category::date, "date", 3},     {Category::period, "date", 2},
    {Category::datetime, "date", 3}, {Category::range, "date", 4},
    {Category::clock, "time", 2},    {Category::time_range, "time", 3},
    {Category::day_part, "time", 1}, {Category::duration, "duration", 1},
    {Category::nights, "nights", 2}, {Category::party_size, "party_size", 1},
    {Category::rooms, "rooms", 1},   {Category::room_type, "room_type", 1},
    {Category::area, "area", 1},     {Category::money, "money", 1},
    {Category::yes_no, "yes_no", 0}, {Category::person_name, "person_name", 2},
    {Category::phone, "phone", 0},   {Category::email, "email", 4},
    {Category::code, "code", 1},     {Category::aside, "", 5},
};

const EntityType* entity_type(Category category) {
  const auto found = std::ranges::find(kEntityTypes, category, &EntityType::category);
  return found == std::end(kEntityTypes) ? nullptr : found;
}

/// A date or time inside a longer word or number, such as the 3am of a link's "x3amK" or the 1 of
/// "37.1", is none.
bool is_glued(const Item& item, const Text& text) {
  const auto& tokens = text.tokens;
  const auto touches = [&](std::size_t token) { return !tokens[token].after_space; };
  const auto is = [&](std::size_t token, TokenKind kind) { return tokens[token].kind == kind; };
  const auto joined = [&](std::size_t token) {
    return touches(token) && !is(token - 1, TokenKind::symbol) && !is(token, TokenKind::symbol);
  };
  const auto decimal_point = [&](std::size_t token) {
    return token > 0 && token + 1 < tokens.size() && tokens[token].folded == "." &&
           touches(token) && touches(token + 1) && is(token - 1, TokenKind::digits) &&
           is(token + 1, TokenKind::digits);
  };
  if (item.begin > 0 && (joined(item.begin) || decimal_point(item.begin - 1U))) return true;
  return item.end < tokens.size() && (joined(item.end) || decimal_point(item.end));
}

/// Does a yes or no stand where it answers: at an edge of the message or of a sentence, or in an
/// accented "sí"?
bool answers(const Item& item, const Text& text) {
  const auto& tokens = text.tokens;
  if (item.begin == 0 || item.end == tokens.size()) return true;
  if (tokens[item.begin - 1].kind == TokenKind::symbol) return true;
  if (text.surface(item.begin, item.end) == "sí") return true;
  if (tokens[item.end].kind == TokenKind::symbol) return true;
  constexpr std::string_view kSaid[] = {"so", "think", "say", "said", "digo", "dije", "disse"};
  return std::ranges::find(kSaid, tokens[item.begin - 1].folded) != std::end(kSaid);
}

std::string upper(std::string_view text) {
  std::string result;
  for (const char c : text)
    if (c != ' ') result += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return result;
}

Json time_json(const TimeValue& value) {
  Json json{{"kind", value.kind}, {"grain", to_string(value.grain)}};
  if (value.readings.empty()) {
    json["seconds"] = value.seconds;
    return json;
  }
  const auto write = [](Json& into, const Reading& reading) {
    if (!reading.start.empty()) into["start"] = reading.start;
    if (!reading.end.empty()) into["end"] = reading.end;
  };
  write(json, value.readings.back());
  if (value.readings.size() > 1)
    for (const Reading& reading : value.readings) {
      Json one = Json::object();
      write(one, reading);
      json["alternatives"].push_back(std::move(one));
    }
  return json;
}

std::string phone_digits(std::string_view surface) {
  std::string digits;
  for (const char c : surface)
    if ((c >= '0' && c <= '9') || (c == '+' && digits.empty())) digits += c;
  return digits;
}

std::optional<Json> value_of(const Item& item, std::string_view surface, LocalTime now) {
  const Meaning& meaning = item.meaning;
  switch (item.category) {
    case Category::nights:
    case Category::rooms: return Json(static_cast<std::int64_t>(meaning.number));
    case Category::party_size:
      return Json{{"adults", static_cast<std::int64_t>(meaning.number)},
                  {"children", meaning.children}};
    case Category::money: return Json{{"amount", meaning.number}, {"currency", meaning.word}};
    case Category::room_type:
    case Category::area:
    case Category::yes_no: return Json(meaning.word);
    case Category::person_name: return Json(std::string(surface));
    case Category::phone: return Json(phone_digits(surface));
    case Category::email: return Json(std::string(surface));
    case Category::code: return Json(upper(surface));
    default: break;
  }
  const auto value = resolve(item.category, meaning, now);
  if (!value) return std::nullopt;
  return time_json(*value);
}

}  // namespace

const Grammar& Grammars::of(Language language) const {
  Place& place = places_[static_cast<std::size_t>(language)];
  std::call_once(place.made, [&] {
    place.grammar.emplace(make(language == Language::es   ? spanish()
                               : language == Language::en ? english()
                                                          : portuguese()));
  });
  return *place.grammar;
}

Chart read_chart(const Text& text, Language language, const Grammars& grammars) {
  Chart chart(text);
  const Grammar& grammar = grammars.of(language);
  grammar.read_words(chart);
  read_numbers(chart, language);
  grammar.apply_rules(chart);
  scan_shapes(chart, grammar);
  return chart;
}

namespace {

/// The meal named nearest to a token: "cenar a las 8" is in the evening.
Part meal_near(const Chart& chart, std::size_t token) {
  Part nearest = Part::none;
  std::size_t distance = chart.size() + 1;
  for (std::size_t at = 0; at < chart.size(); ++at)
    chart.for_each_at(at, [&](const Item& item) {
      const std::size_t away = at < token ? token - at : at - token;
      const bool cue = item.category == Category::meal || item.category == Category::table;
      if (!cue || away >= distance) return;
      // A table is asked for in the evening, unless it says otherwise.
      nearest = item.category == Category::meal ? item.meaning.when.part : Part::evening;
      distance = away;
    });
  return nearest;
}

/// What it is worth to read a stretch so. A second entity has to explain more than one token more:
/// "in | 22 to March 1" is not better than "Feb 22 to March 1".
int worth_of(const Item& item, const EntityType& type) {
  constexpr int kPerToken = 16, kPerEntity = 20, kLeast = 2, kSureName = 4;
  const bool named = item.category == Category::person_name && item.meaning.number > 0;
  return type.preference + (named ? kSureName : 0) +
         std::max(kLeast, kPerToken * (item.end - item.begin) - kPerEntity);
}

/// Which half of the day an hour means, where a meal says it.
void settle_by_meal(Item& item, const Chart& chart) {
  Meaning& said = item.meaning;
  if (!said.when.either_half && !said.until.either_half) return;
  const Part meal = meal_near(chart, item.begin);
  if (meal == Part::none) return;
  for (When* when : {&said.when, &said.until}) {
    if (!when->either_half) continue;
    when->part = meal;
    combine::settle_half(*when);
  }
}

}  // namespace

std::vector<Item> choose(const Chart& chart) {
  std::vector<int> best(chart.size() + 1, 0);  // What can be read from a token on is worth so much.
  std::vector<const Item*> taken(chart.size(), nullptr);
  for (std::size_t token = chart.size(); token-- > 0;) {
    best[token] = best[token + 1];
    for (auto i = chart.first_at(token); i != -1;
         i = chart.items()[static_cast<std::size_t>(i)].next) {
      const Item& item = chart.items()[static_cast<std::size_t>(i)];
      const EntityType* type = entity_type(item.category);
      if (type == nullptr || is_glued(item, chart.text()) ||
          (item.category == Category::yes_no && !answers(item, chart.text())))
        continue;
      const int worth = worth_of(item, *type) + best[item.end];
      if (worth <= best[token]) continue;
      best[token] = worth;
      taken[token] = &item;
    }
  }
  std::vector<Item> chosen;
  for (std::size_t token = 0; token < chart.size();) {
    if (taken[token] == nullptr) {
      ++token;
      continue;
    }
    const Item& item = *taken[token];
    token = item.end;
    if (item.category == Category::aside) continue;
    chosen.push_back(item);
    settle_by_meal(chosen.back(), chart);
  }
  return chosen;
}

std::string_view unit_of(const Chart& chart, const std::vector<Item>& chosen) {
  bool room = std::ranges::any_of(chosen, [](const Item& item) {
    return item.category == Category::rooms || item.category == Category::room_type ||
           item.category == Category::nights;
  });
  bool table = false;
  // "Las ocho y cuarto" is no room.
  const auto is_of_a_time = [&](std::size_t token) {
    return std::ranges::any_of(chosen, [&](const Item& item) {
      const std::string_view type = entity_type(item.category)->type;
      return item.begin <= token && token < item.end && (type == "time" || type == "date");
    });
  };
  for (std::size_t token = 0; token < chart.size(); ++token) {
    if (is_of_a_time(token)) continue;
    chart.for_each_at(token, [&](const Item& item) {
      if (item.category == Category::room_word) room = true;
      if (item.category == Category::table || item.category == Category::meal) table = true;
    });
  }
  if (room == table) return "";
  return room ? "room" : "table";
}

std::optional<Entity> to_entity(const Item& item, const Text& text, LocalTime now) {
  const std::string_view surface = text.surface(item.begin, item.end);
  auto value = value_of(item, surface, now);
  if (!value) return std::nullopt;
  return Entity{.type = std::string(entity_type(item.category)->type),
                .text = std::string(surface),
                .start_byte = text.tokens[item.begin].begin,
                .end_byte = text.tokens[item.end - 1].end,
                .value = *std::move(value),
                .confidence = 1};
}

}  // namespace conserje::nlu
