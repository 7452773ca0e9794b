#include "model.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace conserje::nlu {
namespace {

// The file: magic, key, then for each classifier {labels, buckets, temperature, label names,
// scales, biases, weights}, with the gate its mix, then two vocabularies and the names. Numbers are
// 32 bits, the key 64; every part begins at a multiple of 8.
constexpr std::string_view kMagic("CJNLU\0\0\3", 8);  // the last byte is the version
constexpr std::uint32_t kMaxLabels = 1024;
constexpr std::uint32_t kMaxBuckets = 1U << 20;

static_assert(std::endian::native == std::endian::little);

class Writer {
 public:
  template <class T>
  void number(T value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out_.append(bytes, sizeof value);
  }
  template <class T>
  void array(std::span<const T> values) {
    align();
    out_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_ += value;
  }
  void align() { out_.append((8 - out_.size() % 8) % 8, '\0'); }
  std::string take() { return std::move(out_); }
  void raw(std::string_view bytes) { out_ += bytes; }

 private:
  std::string out_;
};

/// Reads what Writer wrote. Once something does not fit, everything after it is empty and ok() is
/// false.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  template <class T>
  T number() {
    T value{};
    if (const auto part = take(sizeof value); ok_) std::memcpy(&value, part.data(), sizeof value);
    return value;
  }
  template <class T>
  std::span<const T> array(std::size_t count) {
    (void)take((8 - at_ % 8) % 8);
    const auto part = take(count * sizeof(T));
    return ok_ ? std::span(reinterpret_cast<const T*>(part.data()), count) : std::span<const T>{};
  }
  std::string_view text(std::size_t size) {
    const auto part = take(size);
    return ok_ ? std::string_view(reinterpret_cast<const char*>(part.data()), size)
               : std::string_view{};
  }

 private:
  std::span<const std::byte> take(std::size_t size) {
    if (!ok_ || size > bytes_.size() - at_) {
      ok_ = false;
      return {};
    }
    const auto part = bytes_.subspan(at_, size);
    at_ += size;
    return part;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

void write(Writer& out, const TrainedClassifier& trained) {
  const std::size_t labels = trained.labels.size();
  std::vector<float> scales(labels, 0);
  for (std::size_t i = 0; i < trained.weights.size(); ++i)
    scales[i % labels] = std::max(scales[i % labels], std::abs(trained.weights[i]) / 127);
  std::vector<std::int8_t> weights(trained.weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (scales[i % labels] > 0)
      weights[i] = static_cast<std::int8_t>(std::lround(trained.weights[i] / scales[i % labels]));

  out.number(static_cast<std::uint32_t>(labels));
  out.number(trained.buckets);
  out.number(trained.temperature);
  for (const auto& label : trained.labels) out.text(label);
  out.array(std::span<const float>(scales));
  out.array(std::span<const float>(trained.biases));
  out.array(std::span<const std::int8_t>(weights));
}

Classifier read_classifier(Reader& in) {
  const auto labels = in.number<std::uint32_t>();
  Classifier classifier{.labels = {},
                        .buckets = in.number<std::uint32_t>(),
                        .temperature = in.number<float>(),
                        .weights = {},
                        .scales = {},
                        .biases = {}};
  if (labels == 0 || labels > kMaxLabels || classifier.buckets > kMaxBuckets ||
      !std::has_single_bit(classifier.buckets))
    return {};
  for (std::uint32_t i = 0; i < labels; ++i)
    classifier.labels.push_back(in.text(in.number<std::uint32_t>()));
  classifier.scales = in.array<float>(labels);
  classifier.biases = in.array<float>(labels);
  classifier.weights = in.array<std::int8_t>(std::size_t{classifier.buckets} * labels);
  return classifier;
}

void write(Writer& out, const Names& names) {
  out.number(static_cast<std::uint32_t>(names.phrases.size()));
  for (const auto& phrase : names.phrases)
    for (const auto* text : {&phrase.text, &phrase.entity, &phrase.value}) out.text(*text);
  out.number(static_cast<std::uint32_t>(names.shapes.size()));
  for (const auto& shape : names.shapes)
    for (const auto* text : {&shape.entity, &shape.regex}) out.text(*text);
}

/// Whether its probabilities are numbers, whatever the message.
bool is_sound(const Classifier& classifier) {
  const auto is_finite = [](float value) { return std::isfinite(value); };
  return std::isfinite(classifier.temperature) && classifier.temperature > 0 &&
         !classifier.weights.empty() && std::ranges::all_of(classifier.scales, is_finite) &&
         std::ranges::all_of(classifier.biases, is_finite);
}

Names read_names(Reader& in) {
  const auto text = [&in] { return std::string(in.text(in.number<std::uint32_t>())); };
  Names names;
  const auto phrases = in.number<std::uint32_t>();
  for (std::uint32_t i = 0; in.ok() && i < std::min<std::size_t>(phrases, kMaxPhrases); ++i)
    names.phrases.push_back({text(), text(), text()});
  const auto shapes = in.number<std::uint32_t>();
  for (std::uint32_t i = 0; in.ok() && i < std::min<std::size_t>(shapes, kMaxPatterns); ++i)
    names.shapes.push_back({text(), text()});
  return names;
}

}  // namespace

std::vector<float> Classifier::probabilities(const std::vector<Feature>& features) const {
  std::vector<float> scores(labels.size(), 0);
  for (const Feature& feature : features) {
    const auto* row = weights.data() + std::size_t{feature.hash & (buckets - 1)} * labels.size();
    for (std::size_t label = 0; label < scores.size(); ++label)
      scores[label] += feature.value * static_cast<float>(row[label]);
  }
  float highest = -1e30F;
  for (std::size_t label = 0; label < scores.size(); ++label) {
    scores[label] = (scores[label] * scales[label] + biases[label]) / temperature;
    highest = std::max(highest, scores[label]);
  }
  float sum = 0;
  for (float& score : scores) sum += score = std::exp(score - highest);
  for (float& score : scores) score /= sum;
  return scores;
}

std::string_view intent_of(std::string_view label) { return label.substr(0, label.find('/')); }

double best_intent(const std::vector<std::string_view>& labels,
                   const std::vector<float>& probabilities) {
  double best = 0, sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool same = i > 0 && intent_of(labels[i]) == intent_of(labels[i - 1]);
    sum = (same ? sum : 0) + double{probabilities[i]};
    best = std::max(best, sum);
  }
  return best;
}

double log_odds(double probability) {
  constexpr double kLeast = 1e-5;
  const double p = std::clamp(probability, kLeast, 1 - kLeast);
  return std::log(p / (1 - p));
}

double GateMix::foreign(double out, double best_intent) const {
  const double odds =
      double{evidence} * log_odds(out) + double{certainty} * log_odds(best_intent) + double{shift};
  return 1 / (1 + std::exp(-odds));
}

Result<Model> Model::read(std::span<const std::byte> bytes) {
  Reader in(bytes);
  if (in.text(kMagic.size()) != kMagic)
    return Error{ErrorClass::config, "not a language model of this version"};
  Model model;
  model.key_ = in.number<std::uint64_t>();
  model.intents_ = read_classifier(in);
  model.gate_ = read_classifier(in);
  model.gate_mix_ = {in.number<float>(), in.number<float>(), in.number<float>()};
  model.languages_ = read_classifier(in);
  model.vocabulary_ = in.array<std::uint32_t>(in.number<std::uint32_t>());
  model.foreign_ = in.array<std::uint32_t>(in.number<std::uint32_t>());
  model.names_ = read_names(in);
  if (!in.ok() || !fault_of(model.names_).empty() || !is_sound(model.intents_) ||
      !is_sound(model.gate_) || !is_sound(model.languages_) || model.gate_.labels.size() != 2 ||
      model.languages_.labels.size() != 3)
    return Error{ErrorClass::config, "the language model is damaged"};
  return model;
}

bool Model::knows(std::string_view folded_word) const {
  return std::ranges::binary_search(vocabulary_, hash_text(folded_word));
}

bool Model::knows_foreign(std::string_view folded_word) const {
  return std::ranges::binary_search(foreign_, hash_text(folded_word));
}

std::string compile_model(const TrainedParts& parts) {
  Writer out;
  out.raw(kMagic);
  out.number(parts.key);
  write(out, parts.intents);
  write(out, parts.gate);
  out.number(parts.gate_mix.evidence);
  out.number(parts.gate_mix.certainty);
  out.number(parts.gate_mix.shift);
  write(out, parts.languages);
  for (const auto* vocabulary : {&parts.vocabulary, &parts.foreign}) {
    out.number(static_cast<std::uint32_t>(vocabulary->size()));
    out.array(std::span<const std::uint32_t>(*vocabulary));
  }
  write(out, parts.names);
  return out.take();
}

}  // namespace conserje::nlu
