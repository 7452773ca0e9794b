// Measures the engine on messages of our own, tests/guests/<language>.jsonl and, in the registers
// of those who write to bots, tests/guests2. Sentences are never written after them: they judge.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <iostream>
#include <set>

#include "compiled_model.hpp"
#include "engine.hpp"
#include "examples.hpp"

namespace conserje::nlu {
namespace {

std::vector<Json> rows(const std::string& name) {
  std::vector<Json> result;
  std::ifstream in(std::string(CONSERJE_PLUGIN_FOLDER) + "/tests/" + name + ".jsonl");
  for (std::string line; std::getline(in, line);) result.push_back(Json::parse(line));
  return result;
}

ParseReply parse(const Json& row) {
  static const Engine engine(*Model::read(compiled_model()));
  const auto reply =
      engine.parse({.text = row["text"], .language = row["lang"], .now = "2026-11-20T10:00:00"});
  EXPECT_TRUE(reply);
  return *reply;
}

struct Measured {
  double accuracy = 0, refused = 0, foreign_found = 0, calibration_error = 0;
};

Measured measure(const std::string& name) {
  constexpr std::size_t kBins = 10;
  double ours = 0, right = 0, refused = 0, foreign = 0, found = 0;
  std::array<double, kBins> sure{}, hit{};
  for (const Json& row : rows(name)) {
    const auto intent = parse(row).intent;
    const bool is_foreign = row["intent"] == "out_of_scope";
    const bool is_right = intent.name == row["intent"];
    (is_foreign ? foreign : ours) += 1;
    if (is_right) (is_foreign ? found : right) += 1;
    if (!is_foreign && intent.name == "out_of_scope") refused += 1;
    const auto bin = std::min(kBins - 1, static_cast<std::size_t>(intent.confidence * kBins));
    sure[bin] += intent.confidence;
    hit[bin] += is_right ? 1 : 0;
  }
  Measured measured{right / ours, refused / ours, found / foreign, 0};
  for (std::size_t bin = 0; bin < kBins; ++bin)
    measured.calibration_error += std::abs(sure[bin] - hit[bin]) / (ours + foreign);
  return measured;
}

class GuestsOf : public testing::TestWithParam<const char*> {};

TEST_P(GuestsOf, AreUnderstood) {
  const auto measured = measure(GetParam());
  std::cout << GetParam() << ": intents " << measured.accuracy << ", refused " << measured.refused
            << ", foreign ones found " << measured.foreign_found << ", calibration error "
            << measured.calibration_error << '\n';
  EXPECT_GE(measured.accuracy, 0.90);
  EXPECT_GE(measured.foreign_found, 0.80);
  EXPECT_LE(measured.refused, 0.08);
  EXPECT_LE(measured.calibration_error, 0.09);
}

TEST_P(GuestsOf, AreNoExamples) {
  const std::string name = GetParam();
  const std::string language = name.substr(name.find('/') + 1);
  std::set<std::string> taught;
  for (const char* file : {"", "-more", "-guests", "-registers", "-foreign"}) {
    const auto examples = read_example_file(std::string(CONSERJE_PLUGIN_FOLDER) +
                                            "/../../../config/nlu/" + language + file + ".yaml");
    ASSERT_TRUE(examples) << examples.error().message;
    for (const auto& example : *examples) taught.insert(example.text);
  }
  for (const Json& row : rows(name))
    EXPECT_FALSE(taught.contains(row["text"].get<std::string>())) << row["text"];
}

/// {"lang", "text", "asks": ["cancel_reservation", "hotel_info/wifi"]}: each request is told, and
/// no other one.
TEST(Guests, AskForSeveralThingsAtOnce) {
  int all = 0, right = 0;
  for (const Json& row : rows("guests/several")) {
    const auto reply = parse(row);
    const auto name = [](const std::string& intent, const std::string& topic) {
      return topic.empty() ? intent : intent + '/' + topic;
    };
    std::set<std::string> told{name(reply.intent.name, reply.topic)};
    for (const auto& other : reply.also) told.insert(name(other.name, other.topic));
    ++all;
    right += told == row["asks"].get<std::set<std::string>>() ? 1 : 0;
  }
  std::cout << "several requests: " << right << " of " << all << '\n';
  EXPECT_GE(right, all * 85 / 100);
}

INSTANTIATE_TEST_SUITE_P(Sets, GuestsOf,
                         testing::Values("guests/es", "guests/en", "guests/pt", "guests2/es",
                                         "guests2/en", "guests2/pt"));

}  // namespace
}  // namespace conserje::nlu
