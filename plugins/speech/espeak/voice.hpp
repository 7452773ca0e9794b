#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "conserje/result.hpp"
#include "sound.hpp"

/// The seam to eSpeak NG, whose state is the process's: one caller at a time, also of several
/// instances; each call begins and ends the library. No thread, no sound card, no network; reads
/// the data of the package espeak-ng-data. Source: espeak-ng/speak_lib.h
namespace conserje::espeak {

/// Whether the library has these voices. Errors: config, the first that it has not, or its data is
/// not installed.
Status check_voices(const std::vector<std::string>& names);

/// `text` in UTF-8, spoken. `goes_on` is asked every fraction of a second of sound; false ends it.
/// The same text is never quite the same sound: filters of the library outlive a call. Errors:
/// config, as check_voices; cancelled; permanent, more than kMostSeconds of sound, or none.
Result<Sound> speak(const std::string& text, const std::string& voice,
                    std::int64_t words_per_minute, const std::function<bool()>& goes_on);

constexpr std::int64_t kMostSeconds = 300;

}  // namespace conserje::espeak
