#include "voice.hpp"

#include <espeak-ng/speak_lib.h>

#include <mutex>
#include <string_view>

namespace conserje::espeak {
namespace {

/// The library holds one voice, one text and one buffer for the whole process.
std::mutex one_at_a_time;  // NOLINT: it guards what is global in a library.

/// The library between its beginning and its end.
class Library {
 public:
  Library() : rate_(espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, nullptr, kKeepTheProcess)) {}
  ~Library() {
    if (rate_ > 0) espeak_Terminate();
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  std::int32_t rate() const { return rate_; }
  /// Only looks: a voice that is taken and says nothing is never released by the library.
  Status has_voice(const std::string& name) const {
    if (rate_ <= 0)
      return Error{ErrorClass::config,
                   "the data of eSpeak NG was not found; operator: apt-get install espeak-ng-data"};
    const auto plain = name.substr(0, name.find('+'));  // "en-us+f3": a variant of a voice.
    for (const auto* voices = espeak_ListVoices(nullptr); *voices != nullptr; ++voices)
      if (goes_by(**voices, plain)) return Done{};
    return missing(name);
  }
  Status take_voice(const std::string& name) const {
    if (auto known = has_voice(name); !known) return known;
    return espeak_SetVoiceByName(name.c_str()) == EE_OK ? Status(Done{}) : missing(name);
  }

 private:
  static Error missing(const std::string& name) {
    return {ErrorClass::config,
            "eSpeak NG has no voice \"" + name + "\"; operator: espeak-ng --voices lists them"};
  }
  /// A voice has a name, a file, and languages: each a byte of priority before its text, and an
  /// empty one at the end. Source: speak_lib.h, espeak_VOICE.
  static bool goes_by(const espeak_VOICE& voice, std::string_view name) {
    if (name == voice.name) return true;
    const std::string_view file = voice.identifier;
    if (name == file.substr(file.rfind('/') + 1)) return true;
    for (const char* language = voice.languages; *language != 0;) {
      const std::string_view text(language + 1);
      if (name == text) return true;
      language += text.size() + 2;
    }
    return false;
  }

  static constexpr int kKeepTheProcess = espeakINITIALIZE_DONT_EXIT;

  std::int32_t rate_;
};

/// What the library's callback fills.
struct Recording {
  Sound sound{};
  const std::function<bool()>& goes_on;
  bool is_ended = false;
  bool is_too_long = false;
};

/// 0: go on. Called by the library on the caller's thread.
int take_samples(short* samples, int count, espeak_EVENT* events) noexcept {
  auto& recording = *static_cast<Recording*>(events->user_data);
  if (samples == nullptr || count <= 0) return 0;
  auto& taken = recording.sound.samples;
  const auto most = static_cast<std::size_t>(kMostSeconds * recording.sound.rate);
  recording.is_too_long = taken.size() + static_cast<std::size_t>(count) > most;
  recording.is_ended = !recording.goes_on();
  if (recording.is_too_long || recording.is_ended) return 1;
  taken.insert(taken.end(), samples, samples + count);
  return 0;
}

}  // namespace

Status check_voices(const std::vector<std::string>& names) {
  const std::lock_guard lock(one_at_a_time);
  const Library library;
  for (const auto& name : names)
    if (auto known = library.has_voice(name); !known) return known;
  return Done{};
}

Result<Sound> speak(const std::string& text, const std::string& voice,
                    std::int64_t words_per_minute, const std::function<bool()>& goes_on) {
  const std::lock_guard lock(one_at_a_time);
  const Library library;
  if (const auto taken = library.take_voice(voice); !taken) return taken.error();
  espeak_SetParameter(espeakRATE, static_cast<int>(words_per_minute), 0);
  espeak_SetSynthCallback(take_samples);
  Recording recording{.sound = {.rate = library.rate()}, .goes_on = goes_on};
  const auto done = espeak_Synth(text.c_str(), text.size() + 1, 0, POS_CHARACTER, 0,
                                 espeakCHARS_UTF8, nullptr, &recording);
  if (recording.is_ended) return Error{ErrorClass::cancelled, "interrupted"};
  if (recording.is_too_long)
    return Error{ErrorClass::permanent, "the text takes more than five minutes to say"};
  if (done != EE_OK || recording.sound.samples.empty())
    return Error{ErrorClass::permanent, "nothing of the text can be spoken"};
  return std::move(recording.sound);
}

}  // namespace conserje::espeak
