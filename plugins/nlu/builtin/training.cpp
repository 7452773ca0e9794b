#include "training.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "model.hpp"

namespace conserje::nlu {
namespace {

constexpr std::string_view kOutOfScope = "out_of_scope";
constexpr std::size_t kFolds = 3;
/// Of a line with slots, so many sentences are held out in turn; they are much alike.
constexpr std::size_t kHeldOutVariants = 3;
/// A sample that is in no fold: it is only trained on in the end.
constexpr std::size_t kNoFold = kFolds;
/// Added to the log odds that a message is none of ours, as fitted: real messages are further from
/// the examples than these are from each other.
constexpr float kGateShift = -0.6F;
constexpr float kLeastGradient = 2e-3F;  // A label that is as sure as that learns nothing.

/// One example, ready for one classifier.
struct Sample {
  std::vector<Feature> features;
  std::size_t label = 0;
  float weight = 1;
};

struct Settings {
  std::uint32_t buckets;
  int rounds;
  float rate;
  float decay;     // L2
  float left_out;  // Of a sample's features, others in each round, so that none is relied on alone.
};
constexpr Settings kIntents{
    .buckets = 1U << 15, .rounds = 6, .rate = 0.6F, .decay = 1e-3F, .left_out = 0.15F};
constexpr Settings kGate{
    .buckets = 1U << 16, .rounds = 8, .rate = 0.5F, .decay = 1e-4F, .left_out = 0.15F};
constexpr Settings kLanguagesSettings{
    .buckets = 1U << 12, .rounds = 4, .rate = 0.5F, .decay = 1e-5F, .left_out = 0};

/// The order in which a round visits the samples: a fixed shuffle.
std::vector<std::size_t> order_of(std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t i = count; i > 1; --i) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    std::swap(order[i - 1], order[(seed >> 33) % i]);
  }
  return order;
}

class Trainer {
 public:
  Trainer(std::vector<std::string> labels, const Settings& settings) : settings_(settings) {
    trained_.labels = std::move(labels);
    trained_.buckets = settings.buckets;
    trained_.weights.resize(std::size_t{settings.buckets} * trained_.labels.size());
    trained_.biases.resize(trained_.labels.size());
    squares_.resize(trained_.weights.size(), 1e-3F);
    bias_squares_.resize(trained_.labels.size(), 1e-3F);
  }

  /// Trains on the samples for which `use` holds.
  template <class Use>
  TrainedClassifier train(const std::vector<Sample>& samples, Use use) {
    for (int round = 0; round < settings_.rounds; ++round)
      for (const std::size_t i : order_of(samples.size(), static_cast<std::uint64_t>(round)))
        if (use(i)) step(thinned(samples[i]));
    return std::move(trained_);
  }

  static std::vector<float> scores(const TrainedClassifier& trained,
                                   const std::vector<Feature>& features) {
    std::vector<float> result = trained.biases;
    for (const Feature& feature : features) {
      const float* row =
          &trained.weights[std::size_t{feature.hash & (trained.buckets - 1)} * result.size()];
      for (std::size_t label = 0; label < result.size(); ++label)
        result[label] += feature.value * row[label];
    }
    return result;
  }

  static void to_probabilities(std::vector<float>& scores, float temperature) {
    const float highest = *std::ranges::max_element(scores);
    float sum = 0;
    for (float& score : scores) sum += score = std::exp((score - highest) / temperature);
    for (float& score : scores) score /= sum;
  }

 private:
  /// The sample without the features that this round leaves out; the others make up for them.
  const Sample& thinned(const Sample& sample) {
    if (settings_.left_out <= 0) return sample;
    thinned_.label = sample.label;
    thinned_.weight = sample.weight;
    thinned_.features.clear();
    for (const Feature& feature : sample.features)
      if (chance() >= settings_.left_out)
        thinned_.features.push_back({feature.hash, feature.value / (1 - settings_.left_out)});
    return thinned_;
  }

  /// 0 to 1; the same sequence in each training.
  float chance() {
    seed_ = seed_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<float>(seed_ >> 40) / static_cast<float>(1U << 24);
  }

  void step(const Sample& sample) {
    auto gradient = scores(trained_, sample.features);
    to_probabilities(gradient, 1);
    gradient[sample.label] -= 1;
    for (float& value : gradient) value *= sample.weight;
    const std::size_t labels = gradient.size();
    active_.clear();
    for (std::size_t label = 0; label < labels; ++label)
      if (std::abs(gradient[label]) > kLeastGradient) active_.push_back(label);
    for (const Feature& feature : sample.features) {
      const std::size_t row = std::size_t{feature.hash & (trained_.buckets - 1)} * labels;
      for (const std::size_t label : active_) {
        float& weight = trained_.weights[row + label];
        const float slope = gradient[label] * feature.value + settings_.decay * weight;
        squares_[row + label] += slope * slope;
        weight -= settings_.rate * slope / std::sqrt(squares_[row + label]);
      }
    }
    for (std::size_t label = 0; label < labels; ++label) {
      bias_squares_[label] += gradient[label] * gradient[label];
      trained_.biases[label] -=
          0.1F * settings_.rate * gradient[label] / std::sqrt(bias_squares_[label]);
    }
  }

  Settings settings_;
  std::uint64_t seed_ = 1;
  Sample thinned_{};
  TrainedClassifier trained_;
  std::vector<float> squares_, bias_squares_;
  std::vector<std::size_t> active_{};  // The labels that the sample at hand teaches something.
};

/// The temperature under which held-out scores are likeliest.
float best_temperature(const std::vector<std::vector<float>>& scores,
                       const std::vector<std::size_t>& labels) {
  float best = 1;
  double least = 1e300;
  for (float temperature = 0.3F; temperature < 4; temperature *= 1.08F) {
    double loss = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (scores[i].empty()) continue;  // In no fold.
      auto probabilities = scores[i];
      Trainer::to_probabilities(probabilities, temperature);
      loss -= std::log(std::max(probabilities[labels[i]], 1e-9F));
    }
    if (loss < least) least = loss, best = temperature;
  }
  return best;
}

/// Held-out scores of every sample, by five folds.
std::vector<std::vector<float>> cross_scores(const std::vector<std::string>& labels,
                                             const Settings& settings,
                                             const std::vector<Sample>& samples,
                                             const std::vector<std::size_t>& folds) {
  std::vector<std::vector<float>> scores(samples.size());
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    const auto trained = Trainer(labels, settings).train(samples, [&](std::size_t i) {
      return folds[i] != fold && folds[i] != kNoFold;
    });
    for (std::size_t i = 0; i < samples.size(); ++i)
      if (folds[i] == fold) scores[i] = Trainer::scores(trained, samples[i].features);
  }
  return scores;
}

std::vector<std::size_t> labels_of(const std::vector<Sample>& samples) {
  std::vector<std::size_t> labels;
  for (const Sample& sample : samples) labels.push_back(sample.label);
  return labels;
}

/// Rare labels count more: by their rarity to the power of `strength`, at most `most` times.
void balance(std::vector<Sample>& samples, std::size_t labels, float strength, float most) {
  std::vector<float> counts(labels, 0);
  for (const Sample& sample : samples) counts[sample.label] += sample.weight;
  const float mean =
      std::accumulate(counts.begin(), counts.end(), 0.0F) / static_cast<float>(labels);
  for (Sample& sample : samples)
    sample.weight *= std::clamp(std::pow(mean / counts[sample.label], strength), 0.3F, most);
}

/// An example after the grammar has read it.
struct Read {
  Text text;
  std::vector<Item> entities;
};

struct Prepared {
  std::vector<std::string> labels;  // of the intents
  std::vector<Sample> intents, gate, languages;
  std::vector<std::size_t> intent_folds, gate_folds;
  std::vector<std::uint32_t> vocabulary, foreign;
};

std::size_t label_index(const std::vector<std::string>& labels, std::string_view label) {
  return static_cast<std::size_t>(std::ranges::lower_bound(labels, label) - labels.begin());
}

/// How many lines use a word; by its hash. Of a line with slots all sentences count as one.
class WordUses {
 public:
  void add(const Read& read, std::uint32_t group) {
    for (const auto word : plain_words(read.text, read.entities)) {
      auto& use = uses_[hash_text(word)];
      if (use.lines == 0 || group == 0 || use.last_group != group) ++use.lines;
      use.last_group = group;
    }
  }
  int lines_with(std::string_view word) const {
    const auto found = uses_.find(hash_text(word));
    return found == uses_.end() ? 0 : found->second.lines;
  }
  bool has(std::uint32_t word) const { return uses_.contains(word); }
  std::vector<std::uint32_t> words() const {
    std::vector<std::uint32_t> words;
    for (const auto& [word, use] : uses_) words.push_back(word);
    return words;
  }

 private:
  struct Use {
    int lines = 0;
    std::uint32_t last_group = 0;
  };
  std::map<std::uint32_t, Use> uses_;
};

/// The fold of an example, the same for all of its line. Counts the sentences of the line.
std::size_t fold_of(const Example& example, const Example* before, std::size_t& variant) {
  if (example.group == 0) return hash_text(example.text) % kFolds;
  variant = before != nullptr && before->group == example.group ? variant + 1 : 0;
  return variant < kHeldOutVariants ? (example.group / 2) % kFolds : kNoFold;
}

Prepared prepare(const std::vector<Example>& examples, const Grammars& grammars,
                 const NameFinder& names) {
  Prepared prepared;
  std::vector<Read> reads;
  WordUses uses, foreign;  // in examples in scope, and in the others
  for (const Example& example : examples) {
    Read read{read_text(example.text), {}};
    read.entities = choose(read_chart(read.text, example.language, grammars));
    put_names(names.find(read.text), read.entities);
    const bool in_scope = example.intent != kOutOfScope;
    if (in_scope) prepared.labels.push_back(example.intent);
    (in_scope ? uses : foreign).add(read, example.group);
    reads.push_back(std::move(read));
  }
  std::ranges::sort(prepared.labels);
  prepared.labels.erase(std::ranges::unique(prepared.labels).begin(), prepared.labels.end());
  prepared.vocabulary = uses.words();
  prepared.foreign = foreign.words();
  std::erase_if(prepared.foreign, [&](std::uint32_t word) { return uses.has(word); });

  std::size_t variant = 0;  // of its line
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Example& example = examples[i];
    const Read& read = reads[i];
    const bool in_scope = example.intent != kOutOfScope;
    const std::size_t fold = fold_of(example, i > 0 ? &examples[i - 1] : nullptr, variant);
    auto features = intent_features(read.text, read.entities);
    if (in_scope) {
      prepared.intents.push_back(
          {features, label_index(prepared.labels, example.intent), example.weight});
      prepared.intent_folds.push_back(fold);
    }
    // A word that only this line has would be unknown, were it a guest's.
    const auto known_elsewhere = [&](std::string_view word) {
      return uses.lines_with(word) > (in_scope ? 1 : 0);
    };
    features.push_back(unknown_share(read.text, read.entities, known_elsewhere));
    prepared.gate.push_back({std::move(features), in_scope ? 0U : 1U, example.weight});
    prepared.gate_folds.push_back(fold);
    prepared.languages.push_back(
        {language_features(read.text), static_cast<std::size_t>(example.language), example.weight});
  }
  balance(prepared.intents, prepared.labels.size(), 0.5F, 3);
  balance(prepared.gate, 2, 1, 6);
  return prepared;
}

/// What decides whether a message is ours: the gate's evidence and how sure the best intent is,
/// both as they are of sentences that were not trained on.
struct GateEvidence {
  double out = 0, certainty = 0;  // log odds
  bool is_foreign = false;
  double weight = 1;
};

GateMix fit_gate_mix(const std::vector<GateEvidence>& evidence) {
  constexpr int kSteps = 400;
  constexpr double kRate = 0.1;
  double a = 1, b = 0, c = 0;
  for (int step = 0; step < kSteps; ++step) {
    double slope_a = 0, slope_b = 0, slope_c = 0, all = 0;
    for (const GateEvidence& one : evidence) {
      const double p = 1 / (1 + std::exp(-(a * one.out + b * one.certainty + c)));
      const double miss = one.weight * (p - (one.is_foreign ? 1 : 0));
      slope_a += miss * one.out;
      slope_b += miss * one.certainty;
      slope_c += miss;
      all += one.weight;
    }
    a -= kRate * slope_a / all;
    b -= kRate * slope_b / all;
    c -= kRate * slope_c / all;
  }
  return {static_cast<float>(a), static_cast<float>(b), static_cast<float>(c) + kGateShift};
}

/// The evidence of every example: by the held-out scores, except that foreign ones were never among
/// what the intents are trained on.
std::vector<GateEvidence> gate_evidence(const Prepared& prepared, const TrainedClassifier& intents,
                                        const std::vector<std::vector<float>>& intent_scores,
                                        float gate_temperature,
                                        const std::vector<std::vector<float>>& gate_scores) {
  std::vector<GateEvidence> evidence;
  const std::vector<std::string_view> labels(prepared.labels.begin(), prepared.labels.end());
  std::size_t intent = 0;
  for (std::size_t i = 0; i < prepared.gate.size(); ++i) {
    const Sample& sample = prepared.gate[i];
    const bool foreign = sample.label == 1;
    auto out = gate_scores[i];
    if (out.empty()) {  // In no fold.
      if (!foreign) ++intent;
      continue;
    }
    Trainer::to_probabilities(out, gate_temperature);
    auto best = foreign ? Trainer::scores(intents, sample.features) : intent_scores[intent++];
    Trainer::to_probabilities(best, intents.temperature);
    evidence.push_back(
        {log_odds(out[1]), log_odds(best_intent(labels, best)), foreign, double{sample.weight}});
  }
  return evidence;
}

/// Measures on held-out scores, with the temperatures found on them.
TrainingReport report_on(const Prepared& prepared, const std::vector<std::vector<float>>& intents,
                         float temperature, const std::vector<GateEvidence>& evidence,
                         const GateMix& mix) {
  TrainingReport report{.examples = prepared.gate.size()};
  constexpr std::size_t kBins = 10;
  std::array<double, kBins> confidence{}, right{}, count{};
  double measured = 0;
  for (std::size_t i = 0; i < intents.size(); ++i) {
    auto probabilities = intents[i];
    if (probabilities.empty()) continue;  // In no fold.
    ++measured;
    Trainer::to_probabilities(probabilities, temperature);
    std::map<std::string_view, double> by_intent;
    for (std::size_t label = 0; label < probabilities.size(); ++label)
      by_intent[intent_of(prepared.labels[label])] += probabilities[label];
    const auto best =
        std::ranges::max_element(by_intent, {}, [](const auto& entry) { return entry.second; });
    const bool is_right = best->first == intent_of(prepared.labels[prepared.intents[i].label]);
    const auto bin = std::min(kBins - 1, static_cast<std::size_t>(best->second * kBins));
    confidence[bin] += best->second;
    right[bin] += is_right ? 1 : 0;
    count[bin] += 1;
    report.accuracy += is_right ? 1 : 0;
  }
  for (std::size_t bin = 0; bin < kBins; ++bin)
    report.calibration_error += std::abs(confidence[bin] - right[bin]) / std::max(measured, 1.0);
  report.accuracy /= std::max(measured, 1.0);
  double out = 0, in = 0;
  for (const GateEvidence& one : evidence) {
    const double odds =
        double{mix.evidence} * one.out + double{mix.certainty} * one.certainty + double{mix.shift};
    (one.is_foreign ? out : in) += 1;
    if (odds > 0) (one.is_foreign ? report.out_of_scope_recall : report.refused) += 1;
  }
  report.out_of_scope_recall /= out;
  report.refused /= in;
  return report;
}

}  // namespace

Result<TrainedModel> train(const std::vector<Example>& examples, const Grammars& grammars,
                           std::uint64_t key, const Names& names) {
  const Prepared prepared = prepare(examples, grammars, NameFinder(names));
  if (prepared.labels.size() < 2)
    return Error{ErrorClass::config, "training needs examples of at least two intents"};
  if (prepared.intents.size() == prepared.gate.size())
    return Error{ErrorClass::config, "training needs examples of the intent out_of_scope"};
  const std::vector<std::string> gate_labels{"in", "out"}, language_labels{"es", "en", "pt"};
  const auto all = [](std::size_t) { return true; };

  const auto intent_scores =
      cross_scores(prepared.labels, kIntents, prepared.intents, prepared.intent_folds);
  const auto gate_scores = cross_scores(gate_labels, kGate, prepared.gate, prepared.gate_folds);
  auto intents = Trainer(prepared.labels, kIntents).train(prepared.intents, all);
  intents.temperature = best_temperature(intent_scores, labels_of(prepared.intents));
  auto gate = Trainer(gate_labels, kGate).train(prepared.gate, all);
  gate.temperature = best_temperature(gate_scores, labels_of(prepared.gate));
  const auto evidence =
      gate_evidence(prepared, intents, intent_scores, gate.temperature, gate_scores);
  const GateMix mix = fit_gate_mix(evidence);
  auto languages = Trainer(language_labels, kLanguagesSettings).train(prepared.languages, all);

  const float temperature = intents.temperature;

  return TrainedModel{.bytes = compile_model({.intents = std::move(intents),
                                              .gate = std::move(gate),
                                              .languages = std::move(languages),
                                              .gate_mix = mix,
                                              .vocabulary = prepared.vocabulary,
                                              .foreign = prepared.foreign,
                                              .names = names,
                                              .key = key}),
                      .report = report_on(prepared, intent_scores, temperature, evidence, mix)};
}

}  // namespace conserje::nlu
