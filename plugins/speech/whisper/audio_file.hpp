#pragma once

#include <string_view>

#include "conserje/result.hpp"

namespace conserje::whisper {

/// How a file is presented: servers tell formats by the name's extension.
struct AudioFile {
  std::string_view name{};       // "voice.ogg"
  std::string_view mime_type{};  // "audio/ogg"

  bool operator==(const AudioFile&) const = default;
};

/// The presentation of `bytes`, by their type (its parameters, such as "; codecs=opus", aside), or
/// by how they begin where the type says nothing. Constant texts. Errors: permanent, nothing that a
/// server takes. Source: https://platform.openai.com/docs/api-reference/audio/createTranscription
Result<AudioFile> audio_file(std::string_view mime_type, std::string_view bytes);

}  // namespace conserje::whisper
