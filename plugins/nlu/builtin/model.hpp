#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/result.hpp"
#include "features.hpp"
#include "names.hpp"

/// The compiled model: three linear classifiers over hashed features, quantised to bytes. It is
/// read where it lies (inside the shared object, so that all hosts of a machine share its pages)
/// and never copied.
namespace conserje::nlu {

/// A softmax over a few labels. Borrowed from the model's bytes.
struct Classifier {
  std::vector<std::string_view> labels;
  std::uint32_t buckets = 0;             // a power of two
  float temperature = 1;                 // makes the softmax a calibrated probability
  std::span<const std::int8_t> weights;  // buckets x labels
  std::span<const float> scales;         // one per label
  std::span<const float> biases;

  /// The labels' probabilities, in their order.
  std::vector<float> probabilities(const std::vector<Feature>& features) const;
};

/// What makes of the gate's evidence, and of how sure the best intent is, a calibrated probability
/// that a message is none of ours: a logistic function of three terms.
struct GateMix {
  float evidence = 1;   // of log(out / in), as the gate says
  float certainty = 0;  // of log(p / (1 - p)), p being the best intent's probability
  float shift = 0;

  double foreign(double out, double best_intent) const;
  bool operator==(const GateMix&) const = default;
};

/// "hotel_info" of the label "hotel_info/wifi".
std::string_view intent_of(std::string_view label);

/// The probability of the best intent, its topics taken together. `labels` are sorted.
double best_intent(const std::vector<std::string_view>& labels,
                   const std::vector<float>& probabilities);

/// log(p / (1 - p)) of a probability, kept finite.
double log_odds(double probability);

class Model {
 public:
  /// Reads a compiled model; `bytes` outlives it. Errors: config, the bytes are not such a model.
  static Result<Model> read(std::span<const std::byte> bytes);

  /// "make_reservation", "hotel_info/wifi", ...; without out_of_scope.
  const Classifier& intents() const { return intents_; }
  /// "in" and "out" of what we understand.
  const Classifier& gate() const { return gate_; }
  const GateMix& gate_mix() const { return gate_mix_; }
  const Classifier& languages() const { return languages_; }  ///< "es", "en", "pt"
  /// Did the word occur in an example that is in scope?
  bool knows(std::string_view folded_word) const;
  /// Did it occur only in examples that are not?
  bool knows_foreign(std::string_view folded_word) const;
  /// What the hotel itself calls things; without fault.
  const Names& names() const { return names_; }
  /// What compile_model was given: tells whether a file holds the model that somebody wants.
  std::uint64_t key() const { return key_; }

 private:
  Model() = default;

  Classifier intents_, gate_, languages_;
  GateMix gate_mix_;
  std::span<const std::uint32_t> vocabulary_, foreign_;  // sorted hashes
  Names names_;
  std::uint64_t key_ = 0;
};

/// What training makes of one classifier, before it is compiled.
struct TrainedClassifier {
  std::vector<std::string> labels;
  std::uint32_t buckets = 0;
  float temperature = 1;
  std::vector<float> weights;  // buckets x labels
  std::vector<float> biases;
};

/// Everything that a model file holds.
struct TrainedParts {
  TrainedClassifier intents, gate, languages;
  GateMix gate_mix;
  std::vector<std::uint32_t> vocabulary, foreign;  // sorted hashes of words
  Names names{};
  std::uint64_t key = 0;
};

/// The bytes that Model::read takes; 8-byte aligned parts, little-endian. The same input gives the
/// same bytes.
std::string compile_model(const TrainedParts& parts);

}  // namespace conserje::nlu
