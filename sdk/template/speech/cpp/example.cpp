#include "example.hpp"

namespace example {

void read(const conserje::Json& json, Config& config) {
  conserje::expect_object(json, "config");
  conserje::read_member(json, "url", config.url);
  conserje::read_member(json, "token", config.token);
}

namespace {

using conserje::Call;
using conserje::Error;
using conserje::ErrorClass;
using conserje::Host;
using conserje::HttpResponse;
using conserje::Json;
using conserje::Result;
using conserje::speech::SynthesiseRequest;
using conserje::speech::TranscribeRequest;
using conserje::speech::Transcript;

/// What Example's answer is worth: the host acts on the class alone.
Result<HttpResponse> judged(Result<HttpResponse> response) {
  if (!response) return response;
  const auto status = response->status;
  const auto text = "Example answered HTTP " + std::to_string(status);
  if (status >= 200 && status <= 299) return response;
  if (status == 401 || status == 403) return Error{ErrorClass::auth, text};
  if (status == 429 || status >= 500 || status < 200) return Error{ErrorClass::retry, text};
  return Error{ErrorClass::permanent, text};
}

}  // namespace

Result<std::unique_ptr<Example>> Example::create(Host host, const Json& json) {
  auto config = conserje::decode_config<Config>(json);
  if (!config) return config.error();
  return std::unique_ptr<Example>(new Example(host, *std::move(config)));
}

Result<HttpResponse> Example::ask(const Call& call, const std::string& path,
                                  std::string_view body) const {
  const auto token = host_.secret(config_.token);
  if (!token) return token.error();
  return judged(host_.http(
      call,
      {.method = "POST",
       .url = config_.url + path,
       .headers = {{"content-type", "application/json"}, {"authorization", "Bearer " + *token}}},
      body));
}

Result<Transcript> Example::transcribe(const Call& call, const TranscribeRequest&,
                                       std::string_view audio) {
  const auto response = ask(call, "/transcribe", audio);
  if (!response) return response.error();
  auto transcript = conserje::decode<Transcript>(response->body);
  if (!transcript) return Error{ErrorClass::retry, "Example gave no text"};
  return transcript;
}

Result<Example::Synthesis> Example::synthesise(const Call& call, const SynthesiseRequest& request) {
  auto response = ask(call, "/synthesise", conserje::encode(request));
  if (!response) return response.error();
  return Synthesis{.audio = {.mime_type = "audio/ogg"}, .bytes = std::move(response->body)};
}

}  // namespace example
