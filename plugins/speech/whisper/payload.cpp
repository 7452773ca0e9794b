#include "payload.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "conserje/json.hpp"
#include "conserje/text.hpp"

namespace conserje::whisper {
namespace {

constexpr double kFailedLogprob = -1.0;
constexpr double kFailedCompression = 2.4;
constexpr double kSilence = 0.6;         // From this no_speech_prob on...
constexpr double kSilentLogprob = -0.5;  // ... words this unsure are none.
constexpr std::size_t kLongestText =
    16'000;  // UTF-16 units; an hour of speech is more than a message.
constexpr std::size_t kMostSegments = 10'000;

struct LanguageName {
  std::string_view name;
  std::string_view code;
};
/// As OpenAI's models write them. Source: https://github.com/openai/whisper (tokenizer.py).
constexpr LanguageName kLanguages[] = {
    {"spanish", "es"},   {"castilian", "es"}, {"english", "en"},   {"portuguese", "pt"},
    {"catalan", "ca"},   {"valencian", "ca"}, {"galician", "gl"},  {"basque", "eu"},
    {"french", "fr"},    {"german", "de"},    {"italian", "it"},   {"dutch", "nl"},
    {"chinese", "zh"},   {"japanese", "ja"},  {"korean", "ko"},    {"russian", "ru"},
    {"arabic", "ar"},    {"hebrew", "he"},    {"turkish", "tr"},   {"polish", "pl"},
    {"swedish", "sv"},   {"danish", "da"},    {"norwegian", "no"}, {"finnish", "fi"},
    {"ukrainian", "uk"}, {"greek", "el"},     {"czech", "cs"},     {"romanian", "ro"}};

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A number, or a text that is one; nullopt for what is not finite.
std::optional<double> number_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::nullopt;
  double value = 0;
  if (found->is_number()) {
    value = found->get<double>();
  } else {
    const auto text = text_of(object, name);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
      return std::nullopt;
  }
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

bool is_code(std::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, [](char c) { return c >= 'a' && c <= 'z'; });
}

std::string code_of(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (is_code(text)) return text;
  const auto* const known = std::ranges::find(kLanguages, text, &LanguageName::name);
  return known == std::end(kLanguages) ? std::string() : std::string(known->code);
}

Segment to_segment(const Json& json) {
  const auto start = number_of(json, "start");
  const auto end = number_of(json, "end");
  return {.text = text_of(json, "text"),
          .seconds = start && end && *end > *start ? std::optional(*end - *start) : std::nullopt,
          .avg_logprob = number_of(json, "avg_logprob"),
          .compression_ratio = number_of(json, "compression_ratio"),
          .no_speech_prob = number_of(json, "no_speech_prob")};
}

/// One line without white space around it; within our limit.
std::string in_one_line(std::string_view words) {
  std::string line;
  for (const char c : words) {
    const bool is_blank = static_cast<unsigned char>(c) <= ' ';
    if (!is_blank) line += c;
    if (is_blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  return text::cut(text::trimmed(line), kLongestText);
}

/// How sure the model was, from 0 to 1, by the length of the segments; 0: it does not say.
double confidence_of(const std::vector<Segment>& segments) {
  double weighted = 0, weights = 0;
  for (const auto& segment : segments) {
    if (!segment.avg_logprob) continue;
    const double weight = segment.seconds.value_or(1.0);
    weighted += *segment.avg_logprob * weight;
    weights += weight;
  }
  return weights > 0 ? std::clamp(std::exp(weighted / weights), 0.0, 1.0) : 0;
}

}  // namespace

Result<Transcription> read_transcription(std::string_view body) {
  const auto json = parse_json(body);
  if (!json || !json->is_object())
    return Error{ErrorClass::config,
                 "what answers at url does not transcribe: its answer is not a JSON object"};
  const auto text = json->find("text");
  if (text == json->end() || !text->is_string()) {
    if (json->contains("error"))
      return Error{ErrorClass::permanent, "the server could not read the audio"};
    return Error{ErrorClass::config,
                 "what answers at url does not transcribe: its answer has no text"};
  }
  Transcription transcription{.text = text->get<std::string>(),
                              .language = code_of(text_of(*json, "language"))};
  const auto segments = json->find("segments");
  if (segments == json->end() || !segments->is_array()) return transcription;
  for (const auto& segment : *segments)
    if (segment.is_object() && transcription.segments.size() < kMostSegments)
      transcription.segments.push_back(to_segment(segment));
  return transcription;
}

bool is_speech(const Segment& segment) {
  if (segment.avg_logprob && *segment.avg_logprob < kFailedLogprob) return false;
  if (segment.compression_ratio && *segment.compression_ratio > kFailedCompression) return false;
  const bool is_silence = segment.no_speech_prob && *segment.no_speech_prob > kSilence;
  return !is_silence || (segment.avg_logprob && *segment.avg_logprob >= kSilentLogprob);
}

speech::Transcript to_transcript(const Transcription& transcription) {
  if (transcription.segments.empty())
    return {.text = in_one_line(transcription.text), .language = transcription.language};
  std::vector<Segment> heard;
  std::ranges::copy_if(transcription.segments, std::back_inserter(heard), is_speech);
  std::string words;
  for (const auto& segment : heard) words += segment.text;
  if (heard.size() == transcription.segments.size()) words = transcription.text;
  auto text = in_one_line(words);
  if (text.empty()) return {.language = transcription.language};
  return {.text = std::move(text),
          .language = transcription.language,
          .confidence = confidence_of(heard)};
}

}  // namespace conserje::whisper
