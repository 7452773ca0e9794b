#include "espeak.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "conserje/text.hpp"
#include "ogg_opus.hpp"
#include "voice.hpp"

namespace conserje::espeak {
namespace {

constexpr std::string_view kVoiceNote = "audio/ogg; codecs=opus";

bool is_voice_note(std::string_view mime_type) {
  const auto plain = text::trimmed(mime_type.substr(0, mime_type.find(';')));
  return plain.empty() || plain == "audio/ogg" || plain == "audio/opus";
}

}  // namespace

std::string spoken(std::string_view text) {
  constexpr std::string_view kMarks = "*_~`#|";
  constexpr std::string_view kBullet = "•";
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with(kBullet)) {
      at += kBullet.size() - 1;
      continue;
    }
    const bool is_control = static_cast<unsigned char>(text[at]) < ' ' && text[at] != '\n';
    const bool is_mark = kMarks.find(text[at]) != std::string_view::npos;
    out += is_control || is_mark ? ' ' : text[at];
  }
  return std::string(text::trimmed(out));
}

Result<std::unique_ptr<Espeak>> Espeak::create(Host host, const Json& json) {
  auto config = decode_config<Config>(json);
  if (!config) return config.error();
  std::vector<std::string> names;
  for (const auto& voice : config->voices) names.push_back(voice.name);
  if (const auto found = check_voices(names); !found) return found.error();
  return std::unique_ptr<Espeak>(new Espeak(host, *std::move(config)));
}

/// The voice of the region, else of the language; null: none.
const Voice* Espeak::voice_of(std::string_view language) const {
  if (language.empty()) return &config_.voices.front();
  for (const auto wanted : {language, language.substr(0, language.find_first_of("-_"))}) {
    const auto found = std::ranges::find(config_.voices, wanted, &Voice::language);
    if (found != config_.voices.end()) return &*found;
  }
  return nullptr;
}

Result<Espeak::Synthesis> Espeak::synthesise(const Call& call,
                                             const speech::SynthesiseRequest& request) {
  if (!is_voice_note(request.mime_type))
    return Error{ErrorClass::permanent, "only audio/ogg is spoken"};
  const auto words = spoken(request.text);
  if (words.empty()) return Error{ErrorClass::permanent, "there is nothing to say"};
  if (text::length(words) > static_cast<std::size_t>(config_.max_characters))
    return Error{ErrorClass::permanent, "the text is longer than max_characters"};
  const auto* const voice = voice_of(request.language);
  if (voice == nullptr) return Error{ErrorClass::permanent, "no voice speaks this language"};

  const auto is_late = [&] {
    return call.deadline_ns() != 0 && host_.monotonic_ns() >= call.deadline_ns();
  };
  const auto sound = speak(words, voice->name, config_.words_per_minute,
                           [&] { return !call.cancelled() && !is_late(); });
  if (!sound && sound.error().error_class == ErrorClass::cancelled && is_late())
    return Error{ErrorClass::deadline, "no time was left to speak"};
  if (!sound) return sound.error();
  auto note = to_ogg_opus(*sound);
  if (!note) return note.error();
  return Synthesis{
      .audio = {.mime_type = std::string(kVoiceNote), .duration_ms = sound->duration_ms()},
      .bytes = *std::move(note)};
}

}  // namespace conserje::espeak
