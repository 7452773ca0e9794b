// Measures the engine on public data sets where they lie beside the checkout, and skips without
// them. Prints the figures; fails below floors that say "it still works". Rows are measured, never
// copied into rules or sentences.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "compiled_model.hpp"
#include "engine.hpp"

namespace conserje::nlu {
namespace {

std::filesystem::path folder() {
  return std::filesystem::path(CONSERJE_PLUGIN_FOLDER) / "../../../../shared/fixtures/nlu";
}

std::vector<Json> rows(const std::string& file) {
  std::vector<Json> result;
  std::ifstream in(folder() / file);
  for (std::string line; std::getline(in, line);) result.push_back(Json::parse(line));
  return result;
}

const Grammars& grammars() {
  static const Grammars all;
  return all;
}

Language language(const std::string& code) {
  return code == "en" ? Language::en : code == "pt" ? Language::pt : Language::es;
}

std::vector<Entity> entities(const std::string& text, const std::string& code,
                             const std::string& now) {
  const Text read = read_text(text);
  std::vector<Entity> found;
  for (const Item& item : choose(read_chart(read, language(code), grammars())))
    if (auto entity = to_entity(item, read, *read_local_time(now)))
      found.push_back(*std::move(entity));
  return found;
}

/// A moment or bound in one spelling: "2026-12-10 20:00:00" becomes "2026-12-10T20:00:00", midnight
/// is the next day.
std::string spelled(std::string text) {
  if (text.size() == 19) text[10] = 'T';
  if (text == "23:59:59") return "00:00:00";
  if (const auto at = text.find("T23:59:59"); at != std::string::npos) {
    const auto time = *read_local_time(text) + std::chrono::seconds{1};
    const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
    char next[32];
    std::snprintf(next, sizeof next, "%04d-%02u-%02uT00:00:00", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
    return next;
  }
  return text;
}

std::string member(const Json& json, const char* name) {
  if (!json.contains(name) || !json[name].is_string()) return "";
  return spelled(json[name].get<std::string>());
}

/// One expected or found value as a line that can be compared.
std::string expected_line(const Json& expected) {
  const Json& last = expected["values"].back();
  if (expected["type"] == "duration") return "lasts " + member(last, "value");
  if (last.contains("value")) return "at " + member(last, "value");
  return "from " + member(last, "start") + " to " + member(last, "end");
}
std::string found_line(const Entity& entity) {
  constexpr long kDaySeconds = 86400;
  const Json& value = entity.value;
  if (entity.type == "nights") return "lasts " + std::to_string(value.get<long>() * kDaySeconds);
  if (value["kind"] == "duration")
    return "lasts " + std::to_string(static_cast<long>(value["seconds"].get<double>()));
  if (value["kind"] != "range") return "at " + member(value, "start");
  return "from " + member(value, "start") + " to " + member(value, "end");
}

struct Score {
  int right = 0, all = 0;
  double share() const { return all == 0 ? 100 : 100.0 * right / all; }
  void add(bool is_right) {
    ++all;
    right += is_right ? 1 : 0;
  }
};

/// What was measured on one set: on the rows that rules were written by, and on a fifth that nobody
/// looked at.
struct Figures {
  Score seen, held_out;

  Score& of(const std::string& text) { return is_held_out(text) ? held_out : seen; }
  static bool is_held_out(const std::string& text) {
    return std::hash<std::string>{}(text) % 5 == 0;
  }
  Score together() const { return {seen.right + held_out.right, seen.all + held_out.all}; }
};

/// Prints all figures as one table when the tests are over.
class Table : public testing::Environment {
 public:
  void add(const std::string& set, const Figures& figures) { rows_.emplace_back(set, figures); }
  void TearDown() override {
    for (const auto& [set, figures] : rows_)
      std::printf("| %-28s | seen %4d/%4d %5.1f %% | held out %3d/%3d %5.1f %% |\n", set.c_str(),
                  figures.seen.right, figures.seen.all, figures.seen.share(),
                  figures.held_out.right, figures.held_out.all, figures.held_out.share());
  }

 private:
  std::vector<std::pair<std::string, Figures>> rows_;
};
Table& table() {
  static auto* const shared = static_cast<Table*>(testing::AddGlobalTestEnvironment(new Table));
  return *shared;
}

/// Misses are shown on request, those of the held out rows never.
bool shows_misses(const std::string& text) {
  return std::getenv("CONSERJE_SHOW_MISSES") != nullptr && !Figures::is_held_out(text);
}

class Fixtures : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder())) GTEST_SKIP() << "no fixtures beside the checkout";
  }
};

std::vector<Entity> moments(const std::string& text, const std::string& code,
                            const std::string& now) {
  auto found = entities(text, code, now);
  std::erase_if(found, [](const Entity& entity) {
    return entity.type != "date" && entity.type != "time" && entity.type != "duration" &&
           entity.type != "nights";
  });
  return found;
}

TEST_P(Fixtures, DatesAreReadAsTheSourceReadsThem) {
  const std::string code = GetParam();
  Figures dates, empty;
  for (const Json& row : rows("datetime_" + code + ".jsonl")) {
    if (!row["verified"].get<bool>()) continue;
    const std::string input = row["input"];
    std::vector<std::string> found, expected;
    for (const Entity& entity : moments(input, code, row["ref"]))
      found.push_back(found_line(entity));
    for (const Json& one : row["expected"]) expected.push_back(expected_line(one));
    if (!expected.empty() && !row["core"].get<bool>()) continue;
    (expected.empty() ? empty : dates).of(input).add(found == expected);
    if (found == expected || !shows_misses(input)) continue;
    std::cout << input << " @" << row["ref"] << "\n";
    for (const auto& line : expected) std::cout << "    wanted " << line << "\n";
    for (const auto& line : found) std::cout << "    found  " << line << "\n";
  }
  table().add("dates " + code, dates);
  table().add("dates " + code + ", nothing there", empty);
  EXPECT_GT(dates.together().share(), 86);
  EXPECT_GT(empty.together().share(), 80);
}

/// The first digits of an ISO moment that say as much as the grain: the year, the month, the day,
/// ...
std::string at_grain(const std::string& iso, const std::string& grain) {
  const std::size_t size = grain == "year"     ? 4
                           : grain == "month"  ? 7
                           : grain == "day"    ? 10
                           : grain == "week"   ? 10
                           : grain == "hour"   ? 13
                           : grain == "minute" ? 16
                                               : 19;
  return (iso.size() == 10 ? iso + "T00:00:00" : iso).substr(0, iso.empty() ? 0 : size);
}

/// A bound as a date-time; a bare time is one of the day it was said.
std::string on_day_of(const std::string& bound, const std::string& ref) {
  if (bound.size() != 8) return bound;
  return ref.substr(0, 11) + (bound == "00:00:00" ? "24:00:00" : bound);
}

/// Does a reading agree with a short phrase's row? A value and the beginning of an interval count
/// at their grain. Hours of the parts of a day and of weekends differ from source to source: there
/// it is enough that the two overlap.
bool agrees(const Json& reading, const Json& value, const Json& row) {
  const std::string ref = row["ref"], grain = row["grain"];
  const std::string start = reading.value("start", ""), end = reading.value("end", "");
  const std::string from = on_day_of(start, ref);
  const std::string to = on_day_of(end, ref);
  if (at_grain(from, grain) == at_grain(row["start"], grain)) return true;
  // A bare time that is over today is tomorrow's.
  if (row["kind"] == "value" && start.size() == 8)
    return at_grain(from, grain).substr(11) == at_grain(row["start"], grain).substr(11);
  const bool vague = value["grain"] == "part" || value["grain"] == "weekend";
  return row["kind"] == "interval" && vague && at_grain(from, "") < at_grain(row["end"], "") &&
         at_grain(row["start"], "") < at_grain(to, "");
}

TEST_P(Fixtures, ShortDatesAreRead) {
  const std::string code = GetParam();
  if (!std::filesystem::exists(folder() / ("datetime_short_" + code + ".jsonl"))) return;
  Figures figures;
  for (const Json& row : rows("datetime_short_" + code + ".jsonl")) {
    const std::string input = row["input"];
    bool right = false;
    const auto found = entities(input, code, row["ref"]);
    for (const Entity& entity : found) {
      if (entity.type != "date" && entity.type != "time") continue;
      right = agrees(entity.value, entity.value, row);
      if (entity.value.contains("alternatives"))
        for (const Json& reading : entity.value["alternatives"])
          right |= agrees(reading, entity.value, row);
      break;
    }
    figures.of(input).add(right);
    if (!right && shows_misses(input)) std::cout << input << " " << row["start"] << "\n";
  }
  table().add("short dates " + code, figures);
  EXPECT_GT(figures.together().share(), 85);
}

/// The number that a row wants: "1,5", or from the end, "end-1", where -1 is the last. Nothing for
/// "the next one" and "the current one", which are no numbers.
std::optional<double> wanted_number(std::string value) {
  if (value.starts_with("current")) return std::nullopt;
  if (value.starts_with("end")) return -1 - std::abs(std::strtod(value.c_str() + 3, nullptr));
  std::ranges::replace(value, ',', '.');
  return std::strtod(value.c_str(), nullptr);
}

bool has_number(const Chart& chart, double wanted) {
  return std::ranges::any_of(chart.items(), [&](const Item& item) {
    return (item.category == Category::number || item.category == Category::ordinal) &&
           std::abs(item.meaning.number - wanted) <= 1e-6 * std::max(1e-3, std::abs(wanted));
  });
}

TEST_P(Fixtures, NumbersAreRead) {
  const std::string code = GetParam();
  Figures figures;
  for (const Json& row : rows("numbers_" + code + ".jsonl")) {
    const std::string input = row["input"];
    const Text text = read_text(input);
    const Chart chart = read_chart(text, language(code), grammars());
    for (const Json& one : row["expected"]) {
      const auto wanted = wanted_number(one["value"]);
      if (!wanted) continue;
      const bool right = has_number(chart, *wanted);
      figures.of(input).add(right);
      if (!right && shows_misses(input)) std::cout << input << " " << one["value"] << "\n";
    }
  }
  table().add("numbers " + code, figures);
  EXPECT_GT(figures.together().share(), 90);
}

TEST_P(Fixtures, YesAndNoAreRead) {
  const std::string code = GetParam();
  Figures figures;
  for (const Json& row : rows("yesno_" + code + ".jsonl")) {
    const std::string input = row["input"];
    std::vector<std::string> found, wanted;
    for (const Entity& entity : entities(input, code, "2026-11-20"))
      if (entity.type == "yes_no") found.push_back(entity.value);
    for (const Json& one : row["expected"])
      wanted.push_back(one["value"].get<bool>() ? "yes" : "no");
    const bool right =
        wanted.empty() ? found.empty() : !found.empty() && found.front() == wanted.front();
    figures.of(input).add(right);
    if (!right && shows_misses(input)) std::cout << row << "\n";
  }
  table().add("yes/no " + code, figures);
  EXPECT_GT(figures.together().share(), 95);
}

/// Adults, children and rooms as the first such entity of a message counts them.
std::map<std::string, long> counts_of(const std::string& text, const std::string& now) {
  std::map<std::string, long> counts;
  for (const Entity& entity : entities(text, "en", now)) {
    if (entity.type == "party_size" && !counts.contains("adults")) {
      counts["adults"] = counts["people"] = entity.value["adults"];
      counts["kids"] = entity.value["children"];
    }
    if (entity.type == "rooms") counts.emplace("rooms", entity.value.get<long>());
  }
  return counts;
}

TEST(Guests, AndRoomsAreCountedAsTheSourceCountsThem) {
  if (!std::filesystem::exists(folder())) GTEST_SKIP() << "no fixtures beside the checkout";
  std::map<std::string, Figures> by_slot;
  for (const Json& row : rows("hotel_multi_en.jsonl")) {
    const std::string text = row["text"];
    auto counts = counts_of(text, row["ref"]);
    for (const char* slot : {"adults", "people", "kids", "rooms"}) {
      if (!row["slots"].contains(slot) || !row["slots"][slot].contains("value")) continue;
      const bool right = counts[slot] == row["slots"][slot]["value"].get<long>();
      by_slot[slot].of(text).add(right);
      if (!right && shows_misses(text)) std::cout << slot << ": " << text << "\n";
    }
  }
  for (const auto& [slot, figures] : by_slot) table().add("hotel " + slot + " en", figures);
  EXPECT_GT(by_slot["adults"].together().share(), 80);
  EXPECT_GT(by_slot["people"].together().share(), 90);
}

TEST(Guests, OfARestaurantAreCounted) {
  if (!std::filesystem::exists(folder())) GTEST_SKIP() << "no fixtures beside the checkout";
  Figures figures;
  for (const Json& row : rows("restaurant_slots_en.jsonl")) {
    const std::string text = row["text"];
    for (const Json& slot : row["entities"]) {
      if (slot["entity"] != "party_size_number") continue;
      const Text said = read_text(slot["text"].get<std::string>());
      const Chart chart = read_chart(said, Language::en, grammars());
      const auto found = entities(text, "en", "2026-11-20");
      const bool right = std::ranges::any_of(found, [&](const Entity& entity) {
        return entity.type == "party_size" && has_number(chart, entity.value["adults"]);
      });
      figures.of(text).add(right);
      if (!right && shows_misses(text)) std::cout << text << "\n";
    }
  }
  table().add("restaurant party size en", figures);
  EXPECT_GT(figures.together().share(), 92);
}

/// Of the messages with one of our intents, the share that is answered right; of the others, the
/// share refused.
void measure_intents(const std::string& file, const std::string& code) {
  static const Engine engine(*Model::read(compiled_model()));
  Score in, out;
  for (const Json& row : rows(file)) {
    const auto reply = engine.parse(
        {.text = row["text"], .language = code, .now = "2026-11-20T10:00:00", .time_zone = "UTC"});
    ASSERT_TRUE(reply);
    const bool foreign = row["intent"] == "out_of_scope";
    Score& score = foreign ? out : in;
    ++score.all;
    const bool refused = reply->intent.name == "out_of_scope" || reply->intent.confidence < 0.35;
    score.right += (foreign ? refused : reply->intent.name == row["intent"]) ? 1 : 0;
  }
  std::cout << file << ": intents " << in.right << "/" << in.all << " = " << in.share()
            << " %; foreign ones refused " << out.right << "/" << out.all << " = " << out.share()
            << " %\n";
}

TEST_P(Fixtures, IntentsAreFound) {
  const std::string code = GetParam();
  for (const char* set : {"hospitality", "negatives", "smalltalk", "general"}) {
    const std::string file = "intents_" + code + "_" + set + ".jsonl";
    if (std::filesystem::exists(folder() / file)) measure_intents(file, code);
  }
}

INSTANTIATE_TEST_SUITE_P(Languages, Fixtures, testing::Values("es", "en", "pt"));

}  // namespace
}  // namespace conserje::nlu
