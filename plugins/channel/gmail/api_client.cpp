#include "api_client.hpp"

#include <algorithm>
#include <utility>

#include "api_error.hpp"

namespace conserje::gmail {
namespace {

/// A token is renewed before it ends, so that none ends under way.
constexpr std::int64_t kEarlyMs = 60'000;
constexpr std::string_view kOwnPath = "/gmail/v1/users/me";

std::string url_of(const Config& config, std::string_view path) {
  const bool is_absolute = path.starts_with("/upload/");
  return config.api_url + (is_absolute ? "" : std::string(kOwnPath)) + std::string(path);
}

}  // namespace

ApiClient::ApiClient(Host host, const Config& config) : host_(host), config_(config) {}

Result<Json> ApiClient::call(const Call& call, const Request& request) {
  for (int attempt = 1;; ++attempt) {
    const auto access = token(call);
    if (!access) return access.error();
    const auto response = exchange(call, request, *access);
    if (!response) return response.error();
    if (response->status >= 200 && response->status < 300) {
      if (response->status == 204) return Json::object();
      auto json = parse_json(response->body);
      if (json && json->is_object()) return json;
      // A proxy's page, perhaps; what was asked for may have been done.
      return Error{ErrorClass::deadline, "gmail: the API's answer is not JSON"};
    }
    auto error = api_error(*response, host_.now_ms(), call.attempt());
    if (error.error_class != ErrorClass::auth) return error;
    forget(*access);
    if (attempt == 2)
      return Error{
          ErrorClass::config,
          "gmail: the API refuses a token that is new; an operator must give the mailbox's "
          "consent again and set refresh_token",
          {},
          error.vendor_code};
  }
}

Result<HttpResponse> ApiClient::exchange(const Call& call, const Request& request,
                                         const std::string& access) {
  http::HttpCall head{.method = request.method,
                      .url = url_of(config_, request.path),
                      .headers = {{"authorization", "Bearer " + access}},
                      .max_response_bytes = request.max_response_bytes};
  if (!request.content_type.empty()) head.headers.push_back({"content-type", request.content_type});
  return host_.http(call, head, request.body);
}

Result<std::string> ApiClient::token(const Call& call) {
  {
    const std::lock_guard lock(mutex_);
    if (!token_.empty() && host_.now_ms() < token_ends_ms_) return token_;
  }
  return new_token(call);
}

/// Two calls at once may both ask: Google gives each one of its own.
Result<std::string> ApiClient::new_token(const Call& call) {
  const auto secret = host_.secret(config_.client_secret);
  const auto refresh = host_.secret(config_.refresh_token);
  if (!secret) return secret.error();
  if (!refresh) return refresh.error();
  const auto form = "client_id=" + percent_encoded(config_.client_id) +
                    "&client_secret=" + percent_encoded(*secret) +
                    "&refresh_token=" + percent_encoded(*refresh) + "&grant_type=refresh_token";
  const auto response =
      host_.http(call,
                 {.method = "POST",
                  .url = config_.token_url,
                  .headers = {{"content-type", "application/x-www-form-urlencoded"}}},
                 form);
  if (!response) {
    auto error = response.error();  // No mail was sent by asking for a token.
    if (error.error_class == ErrorClass::deadline) error.error_class = ErrorClass::retry;
    return error;
  }
  const auto json = parse_json(response->body);
  if (response->status != 200) return token_error(*response);
  if (!json || !json->is_object() || !json->contains("access_token") ||
      !(*json)["access_token"].is_string())
    return Error{ErrorClass::retry, "gmail: the token endpoint's answer holds no token"};

  const auto lives = json->find("expires_in");
  const std::int64_t lives_s =
      lives != json->end() && lives->is_number_integer() ? lives->get<std::int64_t>() : 0;
  const std::lock_guard lock(mutex_);
  token_ = (*json)["access_token"].get<std::string>();
  token_ends_ms_ = host_.now_ms() + std::min<std::int64_t>(lives_s, 86'400) * 1000 - kEarlyMs;
  return token_;
}

void ApiClient::forget(const std::string& token) {
  const std::lock_guard lock(mutex_);
  if (token_ == token) token_.clear();
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain)
      out += c;
    else
      out.append({'%', kHex[byte >> 4U], kHex[byte & 15U]});
  }
  return out;
}

}  // namespace conserje::gmail
