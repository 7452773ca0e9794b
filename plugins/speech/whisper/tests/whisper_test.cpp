// The plugin as its host sees it: what it uploads, and what becomes of the answer.
#include "whisper.hpp"

#include <gtest/gtest.h>

#include "conserje/testkit/fake_host.hpp"

namespace conserje::whisper {
namespace {

using speech::Transcript;

const std::string kNote("OggS\0\x02 audio \r\n--", 16);

class WhisperTest : public testing::Test {
 protected:
  void SetUp() override {
    fake_.secrets["secret:ears/api_key"] = "sk-test";
    answer(HttpResponse{.status = 200, .body = R"({"text":" Hola. "})"});
  }
  void answer(const Result<HttpResponse>& response) {
    fake_.answer_http([response](const auto&, auto) { return response; });
  }
  std::unique_ptr<Whisper> make(Json config = Json::object()) {
    config.update({{"url", "https://api.test/v1/"}});
    auto made = Whisper::create(fake_.host(), config);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
  Result<Transcript> transcribe(
      Whisper& whisper, const speech::TranscribeRequest& request = {.mime_type = "audio/ogg"},
      std::string_view audio = kNote) {
    return whisper.transcribe(testkit::FakeCall(fake_), request, audio);
  }
  /// The last body, with its boundary replaced by "B".
  std::string sent_form() const {
    std::string body = fake_.sent.back().body;
    const auto boundary = body.substr(2, body.find("\r\n") - 2);
    for (auto at = body.find(boundary); at != std::string::npos; at = body.find(boundary))
      body.replace(at, boundary.size(), "B");
    return body;
  }
  std::string sent_header(std::string_view name) const {
    for (const auto& header : fake_.sent.back().request.headers)
      if (header.name == name) return header.value;
    return "none";
  }

  testkit::FakeHost fake_{};
};

std::string part(const std::string& name, const std::string& value) {
  return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}
std::string file_part(const std::string& name = "file") {
  return "--B\r\nContent-Disposition: form-data; name=\"" + name +
         "\"; filename=\"voice.ogg\"\r\nContent-Type: audio/ogg\r\n\r\n" + kNote + "\r\n--B--\r\n";
}

TEST_F(WhisperTest, UploadsTheAudioWithWhatHelpsToUnderstandIt) {
  EXPECT_EQ(transcribe(*make({{"api_key", "secret:ears/api_key"}, {"timeout_ms", 5000}}),
                       {.mime_type = "audio/ogg; codecs=opus",
                        .language = "es-AR",
                        .hint = "Hotel Sol, suite, Belgrano"}),
            Result<Transcript>({.text = "Hola."}));
  const auto& request = fake_.sent.back().request;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.test/v1/audio/transcriptions");
  EXPECT_EQ(request.timeout_ms, 5000);
  EXPECT_EQ(sent_header("authorization"), "Bearer sk-test");
  EXPECT_EQ(sent_form(), part("model", "whisper-1") + part("language", "es") +
                             part("prompt", "Hotel Sol, suite, Belgrano") +
                             part("response_format", "verbose_json") + file_part());
}

TEST_F(WhisperTest, NamesTheBoundaryInTheHeader) {
  (void)transcribe(*make());
  const auto& body = fake_.sent.back().body;
  EXPECT_EQ(sent_header("content-type"),
            "multipart/form-data; boundary=" + body.substr(2, body.find("\r\n") - 2));
  EXPECT_EQ(body.find("\r\n") - 2, std::string("conserje").size() + 32);
}

TEST_F(WhisperTest, SpeaksToAServerOfOnesOwn) {
  (void)transcribe(*make({{"path", "/inference"},
                          {"response_format", "json"},
                          {"fields", {{"file", "audio"}, {"model", ""}}}}));
  EXPECT_EQ(fake_.sent.back().request.url, "https://api.test/v1/inference");
  EXPECT_EQ(sent_header("authorization"), "none");
  EXPECT_EQ(sent_form(), part("response_format", "json") + file_part("audio"));
}

TEST_F(WhisperTest, NamesNoLanguageThatServersDoNotKnow) {
  for (const auto* language : {"", "spanish", "e", "E1", "es\r\nx: y"}) {
    (void)transcribe(*make(), {.mime_type = "audio/ogg", .language = language});
    EXPECT_EQ(sent_form().find("name=\"language\""), std::string::npos) << language;
  }
}

TEST_F(WhisperTest, AsksForPlainTextOnceTheServerRefusesSegments) {
  fake_.answer_http([](const auto&, std::string_view body) -> Result<HttpResponse> {
    if (body.find("verbose_json") == std::string_view::npos)
      return HttpResponse{.status = 200, .body = R"({"text":"Hola."})"};
    return HttpResponse{.status = 400, .body = R"({"error":{"param":"response_format"}})"};
  });
  const auto whisper = make();
  EXPECT_EQ(transcribe(*whisper), Result<Transcript>({.text = "Hola."}));
  EXPECT_EQ(transcribe(*whisper), Result<Transcript>({.text = "Hola."}));
  EXPECT_EQ(fake_.sent.size(), 3U);
}

TEST_F(WhisperTest, SendsNothingThatCannotBeTranscribed) {
  const auto whisper = make({{"max_audio_bytes", 1024}});
  const std::pair<std::string, const char*> refused[] = {
      {"", "there is no audio"},
      {std::string(1025, 'x'), "the audio is larger than max_audio_bytes"}};
  for (const auto& [audio, message] : refused)
    EXPECT_EQ(transcribe(*whisper, {.mime_type = "audio/ogg"}, audio),
              Result<Transcript>(Error{ErrorClass::permanent, message}));
  EXPECT_FALSE(transcribe(*whisper, {.mime_type = "image/png"}, "PNG"));
  EXPECT_TRUE(fake_.sent.empty());
}

TEST_F(WhisperTest, TellsWhatTheExchangeCameTo) {
  const auto whisper = make();
  for (const auto error_class : {ErrorClass::retry, ErrorClass::deadline, ErrorClass::config}) {
    answer(Error{error_class, "the network's"});
    EXPECT_EQ(transcribe(*whisper), Result<Transcript>(Error{error_class, "the network's"}));
  }
}

TEST_F(WhisperTest, IsDegradedUntilTheServerTranscribesAgain) {
  const auto whisper = make();
  EXPECT_EQ(whisper->health(), Health{});
  answer(HttpResponse{.status = 401});
  (void)transcribe(*whisper);
  const Health degraded{.state = "degraded", .detail = "HTTP 401: api_key is not accepted"};
  EXPECT_EQ(whisper->health(), degraded);
  answer(HttpResponse{.status = 415});  // Of this audio, not of the server.
  (void)transcribe(*whisper);
  EXPECT_EQ(whisper->health(), degraded);
  answer(HttpResponse{.status = 200, .body = R"({"text":""})"});
  (void)transcribe(*whisper);
  EXPECT_EQ(whisper->health(), Health{});
}

TEST_F(WhisperTest, SendsNothingWhenTheHostDoesNotGiveTheKey) {
  EXPECT_FALSE(transcribe(*make({{"api_key", "secret:gone"}})));
  EXPECT_TRUE(fake_.sent.empty());
}

}  // namespace
}  // namespace conserje::whisper
