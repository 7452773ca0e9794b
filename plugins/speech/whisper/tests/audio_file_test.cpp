#include "audio_file.hpp"

#include <gtest/gtest.h>

namespace conserje::whisper {
namespace {

TEST(AudioFile, IsAnOggFileForAVoiceNoteOfAMessenger) {
  for (const auto* type : {"audio/ogg; codecs=opus", "audio/ogg", "AUDIO/OGG ;codecs=opus",
                           "audio/opus", "application/ogg"})
    EXPECT_EQ(audio_file(type, "..."), Result<AudioFile>({"voice.ogg", "audio/ogg"})) << type;
}

TEST(AudioFile, HasTheExtensionOfItsType) {
  const std::pair<const char*, const char*> names[] = {
      {"audio/mpeg", "voice.mp3"},  {"audio/x-m4a", "voice.m4a"}, {"audio/x-wav", "voice.wav"},
      {"audio/webm", "voice.webm"}, {"audio/flac", "voice.flac"}, {"audio/amr", "voice.amr"}};
  for (const auto& [type, name] : names) EXPECT_EQ(audio_file(type, "...")->name, name) << type;
}

TEST(AudioFile, IsKnownByItsBeginningWhereTheTypeSaysNothing) {
  const std::pair<std::string, const char*> beginnings[] = {
      {"OggS...", "voice.ogg"}, {"ID3\x04", "voice.mp3"},      {"RIFF1234WAVE", "voice.wav"},
      {"fLaC", "voice.flac"},   {"1234ftypM4A ", "voice.m4a"}, {"\x1A\x45\xDF\xA3", "voice.webm"}};
  for (const auto& [bytes, name] : beginnings)
    EXPECT_EQ(audio_file("application/octet-stream", bytes)->name, name);
}

TEST(AudioFile, IsRefusedWhenItIsNoAudio) {
  for (const auto* bytes : {"", "%PDF-1.7", "ftyp"})
    EXPECT_EQ(audio_file("application/pdf", bytes),
              Result<AudioFile>(Error{ErrorClass::permanent,
                                      "the file is of no audio type that can be transcribed"}));
}

}  // namespace
}  // namespace conserje::whisper
