#include "payload.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

namespace conserje::whisper {
namespace {

std::string fixture(const std::string& name) {
  std::ifstream file(std::string(CONSERJE_PLUGIN_FOLDER) + "/tests/fixtures/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

Result<speech::Transcript> transcript(std::string_view body) {
  const auto read = read_transcription(body);
  if (!read) return read.error();
  return to_transcript(*read);
}

/// One segment that a model is sure of, but for what `change` does.
Segment segment(void (*change)(Segment&)) {
  Segment made{.text = " Hola.",
               .seconds = 1,
               .avg_logprob = -0.2,
               .compression_ratio = 1.2,
               .no_speech_prob = 0.01};
  change(made);
  return made;
}

TEST(Transcript, IsWhatTheServerHeardInOneLine) {
  EXPECT_EQ(transcript(R"({"text":" \n Hola,\r\n\t buenas.  ¿Hay  sitio?\n"})"),
            Result<speech::Transcript>({.text = "Hola, buenas. ¿Hay sitio?"}));
}

TEST(Transcript, LeavesOutWhatWasInventedOnSilence) {
  EXPECT_EQ(transcript(fixture("verbose_json_spanish.json")),
            Result<speech::Transcript>({.text = "Hola, ¿tienen habitación para dos personas?",
                                        .language = "es",
                                        .confidence = std::exp(-0.25)}));
}

TEST(Transcript, TakesTheAnswerOfALocalServer) {
  EXPECT_EQ(
      transcript(fixture("verbose_json_whisper_cpp.json")),
      Result<speech::Transcript>(
          {.text = "Do you have a room for two?", .language = "en", .confidence = std::exp(-0.1)}));
}

TEST(Transcript, IsEmptyWhenNoSegmentIsSpeech) {
  const Segment silence = segment([](Segment& s) { s.avg_logprob = -1.2; });
  EXPECT_EQ(to_transcript({.text = "Subtítulos", .language = "es", .segments = {silence}}),
            (speech::Transcript{.language = "es"}));
}

TEST(Transcript, IsEmptyForAnEmptyAnswer) {
  EXPECT_EQ(transcript(R"({"text":"","language":"spanish","segments":[]})"),
            Result<speech::Transcript>({.language = "es"}));
}

TEST(Transcript, WeighsConfidenceByLength) {
  const Segment long_one = segment([](Segment& s) { s.seconds = 3; });
  const Segment short_one = segment([](Segment& s) { s.avg_logprob = -0.6; });
  EXPECT_DOUBLE_EQ(to_transcript({.text = "x", .segments = {long_one, short_one}}).confidence,
                   std::exp(-0.3));
}

TEST(Transcript, IsBounded) {
  const auto text = to_transcript({.text = std::string(100'000, 'a')}).text;
  EXPECT_EQ(text, std::string(15'999, 'a') + "…");
}

TEST(Segments, AreSpeechUnlessTheModelFailed) {
  EXPECT_TRUE(is_speech(segment([](Segment&) {})));
  EXPECT_TRUE(is_speech(segment([](Segment& s) { s.avg_logprob = -1.0; })));
  EXPECT_FALSE(is_speech(segment([](Segment& s) { s.avg_logprob = -1.01; })));
  EXPECT_TRUE(is_speech(segment([](Segment& s) { s.compression_ratio = 2.4; })));
  EXPECT_FALSE(is_speech(segment([](Segment& s) { s.compression_ratio = 2.41; })));
}

TEST(Segments, AreSilenceWhereBothFiguresSaySo) {
  EXPECT_TRUE(is_speech(segment([](Segment& s) { s.no_speech_prob = 0.9; })));
  EXPECT_TRUE(is_speech(segment([](Segment& s) { s.avg_logprob = -0.8; })));
  EXPECT_FALSE(is_speech(segment([](Segment& s) {
    s.no_speech_prob = 0.9;
    s.avg_logprob = -0.8;
  })));
}

TEST(Segments, WithoutFiguresAreSpeech) { EXPECT_TRUE(is_speech({.text = " Hola."})); }

TEST(ReadTranscription, KnowsLanguagesByCodeAndByName) {
  const std::pair<const char*, const char*> languages[] = {
      {"portuguese", "pt"}, {"Spanish", "es"}, {"castilian", "es"}, {"EN", "en"}, {"klingon", ""}};
  for (const auto& [said, code] : languages)
    EXPECT_EQ(read_transcription(R"({"text":"a","language":")" + std::string(said) + R"("})"),
              Result<Transcription>({.text = "a", .language = code}));
}

TEST(ReadTranscription, TakesNumbersThatAreTextsAndSkipsWhatIsNoSegment) {
  EXPECT_EQ(
      read_transcription(R"({"text":"a","duration":"3","segments":[7,null,{"start":"0","end":2.5,)"
                         R"("text":"a","avg_logprob":"-0.5","compression_ratio":"nan",)"
                         R"("no_speech_prob":null}]})"),
      Result<Transcription>(
          {.text = "a", .segments = {{.text = "a", .seconds = 2.5, .avg_logprob = -0.5}}}));
}

TEST(ReadTranscription, RefusesWhatIsNoTranscription) {
  for (const auto* body : {"", "<html></html>", "[]", "{}", R"({"text":7})", "null"}) {
    const auto read = read_transcription(body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().error_class, ErrorClass::config) << body;
  }
}

TEST(ReadTranscription, SeesAnErrorBehindHttp200) {
  EXPECT_EQ(
      read_transcription(R"({"error":"failed to read WAV file"})"),
      Result<Transcription>(Error{ErrorClass::permanent, "the server could not read the audio"}));
}

}  // namespace
}  // namespace conserje::whisper
