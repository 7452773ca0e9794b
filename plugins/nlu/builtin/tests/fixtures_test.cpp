// Measures the engine on public data sets where they lie beside the checkout, and skips without
// them. Prints the figures; fails below floors that say "it still works". Rows are measured, never
// copied into rules or sentences.
#include <gtest/gtest.h>

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
std::string found_line(const Json& value) {
  if (value["kind"] == "duration")
    return "lasts " + std::to_string(static_cast<long>(value["seconds"].get<double>()));
  if (value["kind"] != "range") return "at " + member(value, "start");
  return "from " + member(value, "start") + " to " + member(value, "end");
}

struct Score {
  int right = 0, all = 0, empty_right = 0, empty_all = 0;
  double share() const { return all == 0 ? 0 : 100.0 * right / all; }
};

Score score_dates(const std::string& code, bool held_out) {
  Score score;
  std::map<std::string, std::pair<int, int>> by_type;
  for (const Json& row : rows("datetime_" + code + ".jsonl")) {
    if (!row["verified"].get<bool>()) continue;
    const bool is_held_out = std::hash<std::string>{}(row["input"].get<std::string>()) % 5 == 0;
    if (is_held_out != held_out) continue;
    std::vector<std::string> found, expected;
    for (const Entity& entity : entities(row["input"], code, row["ref"]))
      if (entity.type == "date" || entity.type == "time" || entity.type == "duration")
        found.push_back(found_line(entity.value));
    for (const Json& one : row["expected"]) expected.push_back(expected_line(one));
    if (expected.empty()) {
      ++score.empty_all;
      score.empty_right += found.empty() ? 1 : 0;
      continue;
    }
    if (!row["core"].get<bool>()) continue;
    ++score.all;
    score.right += found == expected ? 1 : 0;
    auto& [right, all] = by_type[row["expected"][0]["type"]];
    ++all;
    right += found == expected ? 1 : 0;
    if (found != expected && !held_out && std::getenv("CONSERJE_SHOW_MISSES") != nullptr) {
      std::cout << row["expected"][0]["type"] << " " << row["input"] << " @" << row["ref"] << "\n";
      for (const auto& line : expected) std::cout << "    wanted " << line << "\n";
      for (const auto& line : found) std::cout << "    found  " << line << "\n";
    }
  }
  for (const auto& [type, count] : by_type)
    std::cout << "    " << type << " " << count.first << "/" << count.second << "\n";
  return score;
}

class Fixtures : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder())) GTEST_SKIP() << "no fixtures beside the checkout";
  }
};

TEST_P(Fixtures, DatesAreReadAsTheSourceReadsThem) {
  for (const bool held_out : {false, true}) {
    const Score score = score_dates(GetParam(), held_out);
    std::cout << "dates " << GetParam() << (held_out ? " (held out)" : "") << ": " << score.right
              << "/" << score.all << " = " << score.share() << " %; kept empty "
              << score.empty_right << "/" << score.empty_all << "\n";
    EXPECT_GT(score.share(), 40);
  }
}

TEST_P(Fixtures, NumbersAreRead) {
  Score score;
  for (const Json& row : rows(std::string("numbers_") + GetParam() + ".jsonl")) {
    const std::string input = row["input"];
    const Text text = read_text(input);
    const Chart chart = read_chart(text, language(GetParam()), grammars());
    for (const Json& one : row["expected"]) {
      ++score.all;
      const double wanted = std::strtod(one["value"].get<std::string>().c_str(), nullptr);
      const auto is_it = [&](const Item& item) {
        return (item.category == Category::number || item.category == Category::ordinal) &&
               std::abs(item.meaning.number - std::abs(wanted)) <
                   1e-6 * std::max(1.0, std::abs(wanted));
      };
      const bool right = std::ranges::any_of(chart.items(), is_it);
      score.right += right ? 1 : 0;
      if (!right && std::getenv("CONSERJE_SHOW_MISSES") != nullptr)
        std::cout << row["input"] << " " << one["value"] << "\n";
    }
  }
  std::cout << "numbers " << GetParam() << ": " << score.right << "/" << score.all << " = "
            << score.share() << " %\n";
  EXPECT_GT(score.share(), 25);
}

TEST_P(Fixtures, YesAndNoAreRead) {
  Score score;
  for (const Json& row : rows(std::string("yesno_") + GetParam() + ".jsonl")) {
    std::vector<std::string> found, wanted;
    for (const Entity& entity : entities(row["input"], GetParam(), "2026-11-20"))
      if (entity.type == "yes_no") found.push_back(entity.value);
    for (const Json& one : row["expected"])
      wanted.push_back(one["value"].get<bool>() ? "yes" : "no");
    ++score.all;
    const bool right =
        wanted.empty() ? found.empty() : !found.empty() && found.front() == wanted.front();
    score.right += right ? 1 : 0;
    if (!right && std::getenv("CONSERJE_SHOW_MISSES") != nullptr) std::cout << row << "\n";
  }
  std::cout << "yes/no " << GetParam() << ": " << score.right << "/" << score.all << "\n";
  EXPECT_GT(score.share(), 50);
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
