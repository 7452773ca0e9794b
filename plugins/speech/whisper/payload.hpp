#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/result.hpp"
#include "conserje/speech_types.hpp"

namespace conserje::whisper {

/// A stretch of the audio and how sure the model was of it. What a server does not say is nullopt.
struct Segment {
  std::string text{};
  std::optional<double> seconds{};            // Its length.
  std::optional<double> avg_logprob{};        // Of its words; 0 is certain.
  std::optional<double> compression_ratio{};  // High where words repeat.
  std::optional<double> no_speech_prob{};

  bool operator==(const Segment&) const = default;
};

/// An answer in one of the forms json and verbose_json.
struct Transcription {
  std::string text{};
  std::string language{};  // ISO 639-1; empty: not said, or by a name that we do not know.
  std::vector<Segment> segments{};

  bool operator==(const Transcription&) const = default;
};

/// Reads an answer leniently: servers leave out, add, and send numbers as texts.
/// Errors: config, it is not a transcription; permanent, an error within HTTP 200.
/// Source: https://platform.openai.com/docs/api-reference/audio/verbose-json-object
Result<Transcription> read_transcription(std::string_view body);

/// Whether the segment says something: models invent sentences on silence and repeat themselves.
bool is_speech(const Segment& segment);

/// What was said: the segments that are speech, in one line; an empty text when none is.
speech::Transcript to_transcript(const Transcription& transcription);

}  // namespace conserje::whisper
