#include "model.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "compiled_model.hpp"
#include "reading.hpp"
#include "training.hpp"

namespace conserje::nlu {
namespace {

std::vector<Example> few_examples() {
  std::vector<Example> examples;
  for (const char* text : {"hola", "buenas", "hola que tal", "buenas tardes"})
    examples.push_back({text, "greeting", Language::es});
  for (const char* text : {"adios", "chau", "hasta luego", "nos vemos"})
    examples.push_back({text, "goodbye", Language::es});
  for (const char* text : {"wifi", "clave del wifi"})
    examples.push_back({text, "hotel_info/wifi", Language::es});
  for (const char* text : {"quien gano el partido", "pon musica"})
    examples.push_back({text, "out_of_scope", Language::es});
  return examples;
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

TEST(Training, GivesTheSameBytesForTheSameExamples) {
  const auto first = train(few_examples(), testing_support::grammars());
  const auto second = train(few_examples(), testing_support::grammars());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->bytes, second->bytes);
}

TEST(Training, LearnsItsExamples) {
  const auto trained = train(few_examples(), testing_support::grammars());
  ASSERT_TRUE(trained);
  const auto model = Model::read(bytes_of(trained->bytes));
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->intents().labels,
            (std::vector<std::string_view>{"goodbye", "greeting", "hotel_info/wifi"}));
  EXPECT_TRUE(model->knows("hola"));
  EXPECT_FALSE(model->knows("partido"));
  const auto probabilities =
      model->intents().probabilities(intent_features(read_text("Hola!!"), {}));
  EXPECT_GT(probabilities[1], 0.5F);
  EXPECT_NEAR(std::accumulate(probabilities.begin(), probabilities.end(), 0.0), 1, 1e-5);
}

TEST(Training, NeedsWhatIsOutOfScope) {
  auto examples = few_examples();
  std::erase_if(examples, [](const Example& example) { return example.intent == "out_of_scope"; });
  const auto trained = train(examples, testing_support::grammars());
  ASSERT_FALSE(trained);
  EXPECT_EQ(trained.error().error_class, ErrorClass::config);
}

TEST(Model, RefusesBytesThatAreNoModelOrCutShort) {
  const auto whole = compiled_model();
  ASSERT_TRUE(Model::read(whole));
  EXPECT_FALSE(Model::read({}));
  EXPECT_FALSE(Model::read(bytes_of("not a model at all")));
  for (std::size_t size = 0; size < whole.size(); size += size < 4096 ? 13 : 65537)
    EXPECT_FALSE(Model::read(whole.first(size))) << size;
}

TEST(Model, RefusesAnotherVersion) {
  auto trained = train(few_examples(), testing_support::grammars());
  ASSERT_TRUE(trained);
  ++trained->bytes[7];
  EXPECT_FALSE(Model::read(bytes_of(trained->bytes)));
}

TEST(Model, IsSmall) { EXPECT_LT(compiled_model().size(), 3U << 20); }

}  // namespace
}  // namespace conserje::nlu
