#include "whisper.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "audio_file.hpp"
#include "conserje/text.hpp"
#include "errors.hpp"
#include "multipart.hpp"
#include "payload.hpp"

namespace conserje::whisper {
namespace {

constexpr std::int64_t kMostAnswerBytes = 8 * 1024 * 1024;  // Segments have their tokens.
constexpr std::size_t kLongestPrompt = 600;  // UTF-16 units: models read the last 224 tokens.

/// ISO 639-1 of "es" and of "es-AR"; empty for anything else, which a server would refuse.
std::string language_code(std::string_view tag) {
  const auto code = tag.substr(0, tag.find_first_of("-_"));
  const bool is_code =
      code.size() == 2 && std::ranges::all_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
  return is_code ? std::string(code) : std::string();
}

}  // namespace

Result<std::unique_ptr<Whisper>> Whisper::create(Host host, const Json& json) {
  auto config = decode_config<Config>(json);
  if (!config) return config.error();
  return std::unique_ptr<Whisper>(new Whisper(host, *std::move(config)));
}

Result<speech::Transcript> Whisper::transcribe(const Call& call,
                                               const speech::TranscribeRequest& request,
                                               std::string_view audio) {
  auto outcome = ask(call, request, audio);
  remember(outcome);
  return outcome;
}

Result<speech::Transcript> Whisper::ask(const Call& call, const speech::TranscribeRequest& request,
                                        std::string_view audio) {
  if (audio.empty()) return Error{ErrorClass::permanent, "there is no audio"};
  if (audio.size() > static_cast<std::size_t>(config_.max_audio_bytes))
    return Error{ErrorClass::permanent, "the audio is larger than max_audio_bytes"};
  const bool with_segments = asks_for_segments_;
  auto response = upload(call, request, audio, with_segments);
  if (response && with_segments && refuses_format(*response)) {
    asks_for_segments_ = false;
    host_.warn("the server does not tell segments: what it invents on silence is not noticed");
    response = upload(call, request, audio, false);
  }
  if (!response) return response.error();
  if (auto error = to_error(*response)) return *std::move(error);
  const auto transcription = read_transcription(response->body);
  if (!transcription) return transcription.error();
  return to_transcript(*transcription);
}

Result<HttpResponse> Whisper::upload(const Call& call, const speech::TranscribeRequest& request,
                                     std::string_view audio, bool with_segments) const {
  const auto file = audio_file(request.mime_type, audio);
  if (!file) return file.error();
  const auto& names = config_.fields;
  Multipart form(boundary());
  form.field(names.model, config_.model);
  form.field(names.language, language_code(request.language));
  form.field(names.prompt, text::cut(request.hint, kLongestPrompt));
  form.field(names.response_format, with_segments ? "verbose_json" : "json");
  form.file(names.file, *file, audio);

  std::vector<http::HttpHeader> headers{{"content-type", form.content_type()},
                                        {"accept", "application/json"}};
  if (!config_.api_key.empty()) {
    const auto key = host_.secret(config_.api_key);
    if (!key) return key.error();
    headers.push_back({"authorization", "Bearer " + *key});
  }
  return host_.http(call,
                    {.method = "POST",
                     .url = config_.url + config_.path,
                     .headers = std::move(headers),
                     .timeout_ms = config_.timeout_ms,
                     .max_response_bytes = kMostAnswerBytes},
                    std::move(form).finished());
}

/// 128 bits that no guest can guess, so no audio holds them.
std::string Whisper::boundary() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::byte, 16> bytes{};
  host_.random(bytes);
  std::string text = "conserje";
  for (const auto byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4U];
    text += kDigits[std::to_integer<unsigned>(byte) & 0xFU];
  }
  return text;
}

void Whisper::remember(const Result<speech::Transcript>& outcome) {
  // An audio that is refused says nothing of the server.
  if (!outcome && outcome.error().error_class == ErrorClass::permanent) return;
  const std::lock_guard lock(mutex_);
  trouble_ = outcome ? std::string() : outcome.error().message;
}

Health Whisper::health() const {
  const std::lock_guard lock(mutex_);
  return trouble_.empty() ? Health{} : Health{.state = "degraded", .detail = trouble_};
}

}  // namespace conserje::whisper
