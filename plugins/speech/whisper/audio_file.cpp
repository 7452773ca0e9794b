#include "audio_file.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "conserje/text.hpp"

namespace conserje::whisper {
namespace {

constexpr AudioFile kOgg{"voice.ogg", "audio/ogg"};  // Some refuse the names .oga and .opus.
constexpr AudioFile kMp3{"voice.mp3", "audio/mpeg"};
constexpr AudioFile kM4a{"voice.m4a", "audio/mp4"};
constexpr AudioFile kMp4{"voice.mp4", "video/mp4"};
constexpr AudioFile kWav{"voice.wav", "audio/wav"};
constexpr AudioFile kFlac{"voice.flac", "audio/flac"};
constexpr AudioFile kWebm{"voice.webm", "audio/webm"};

struct Type {
  std::string_view mime_type;
  AudioFile file;
};
/// The last two are taken by servers that convert.
constexpr Type kTypes[] = {
    {"audio/ogg", kOgg},
    {"audio/opus", kOgg},
    {"application/ogg", kOgg},
    {"audio/mpeg", kMp3},
    {"audio/mp3", kMp3},
    {"audio/mp4", kM4a},
    {"audio/m4a", kM4a},
    {"audio/x-m4a", kM4a},
    {"video/mp4", kMp4},
    {"audio/wav", kWav},
    {"audio/x-wav", kWav},
    {"audio/wave", kWav},
    {"audio/vnd.wave", kWav},
    {"audio/flac", kFlac},
    {"audio/x-flac", kFlac},
    {"audio/webm", kWebm},
    {"video/webm", kWebm},
    {"audio/aac", {"voice.aac", "audio/aac"}},
    {"audio/amr", {"voice.amr", "audio/amr"}},
};

struct Beginning {
  std::size_t at;
  std::string_view bytes;
  AudioFile file;
};
constexpr Beginning kBeginnings[] = {{0, "OggS", kOgg},    {0, "ID3", kMp3},
                                     {0, "RIFF", kWav},    {0, "fLaC", kFlac},
                                     {4, "ftyp", kM4a},    {0, "\x1A\x45\xDF\xA3", kWebm},
                                     {0, "\xFF\xFB", kMp3}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

}  // namespace

Result<AudioFile> audio_file(std::string_view mime_type, std::string_view bytes) {
  const auto plain = lower(text::trimmed(mime_type.substr(0, mime_type.find(';'))));
  const auto* const type = std::ranges::find(kTypes, plain, &Type::mime_type);
  if (type != std::end(kTypes)) return type->file;
  const auto* const beginning = std::ranges::find_if(kBeginnings, [&](const Beginning& known) {
    return bytes.size() > known.at && bytes.substr(known.at).starts_with(known.bytes);
  });
  if (beginning != std::end(kBeginnings)) return beginning->file;
  return Error{ErrorClass::permanent, "the file is of no audio type that can be transcribed"};
}

}  // namespace conserje::whisper
