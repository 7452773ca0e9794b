#include "errors.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "conserje/json.hpp"
#include "conserje/retry_after.hpp"
#include "conserje/url.hpp"

namespace conserje::whisper {
namespace {

using std::chrono::seconds;
using enum ErrorClass;

constexpr seconds kLongestWait{3600};
constexpr std::size_t kLongestCode = 64;

/// {"error": {"code", "type", "param", ...}}; some servers put a text there.
std::string error_member(const HttpResponse& response, const char* name) {
  const auto json = parse_json(response.body);
  if (!json || !json->is_object() || !json->contains("error")) return "";
  const auto& error = (*json)["error"];
  if (!error.is_object() || !error.contains(name) || !error[name].is_string()) return "";
  return error[name].get<std::string>();
}

/// A word of a closed set; anything else could be a sentence with data in it.
bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kLongestCode && std::ranges::all_of(text, [](char c) {
    return url::is_alphanumeric(c) || c == '_' || c == '-' || c == '.';
  });
}

struct Verdict {
  ErrorClass error_class;
  const char* what;
};
Verdict judge(std::int64_t status, std::string_view code) {
  if (code == "insufficient_quota") return {config, "the account's quota is used up"};
  switch (status) {
    case 400:
    case 415:
    case 422: return {permanent, "the server does not take this audio"};
    case 401: return {auth, "api_key is not accepted"};
    case 403: return {auth, "api_key may not transcribe"};
    case 404:
    case 405: return {config, "url, path or model is not the server's"};
    case 408: return {retry, "the server waited too long for the audio"};
    case 409: return {retry, "the server is busy"};
    case 413: return {permanent, "the audio is too large for the server"};
    case 429: return {retry, "too many requests"};
    default: break;
  }
  if (status >= 500) return {retry, "the server's trouble"};
  if (status < 400) return {config, "what answers at url does not transcribe"};
  return {permanent, "the server refuses"};
}

}  // namespace

std::optional<Error> to_error(const HttpResponse& response) {
  if (response.status >= 200 && response.status <= 299) return std::nullopt;
  const auto status = std::to_string(response.status);
  const auto code = error_member(response, "code");
  const auto verdict = judge(response.status, code);
  Error error{.error_class = verdict.error_class,
              .message = "HTTP " + status + ": " + verdict.what,
              .vendor_code = is_word(code) ? code : status};
  if (error.error_class == retry) error.retry_after = conserje::retry_after(response, kLongestWait);
  return error;
}

bool refuses_format(const HttpResponse& response) {
  const bool is_refused = response.status == 400 || response.status == 422;
  return is_refused && error_member(response, "param") == "response_format";
}

}  // namespace conserje::whisper
