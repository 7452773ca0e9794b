#include "api_error.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "conserje/retry_after.hpp"
#include "conserje/time.hpp"
#include "mime.hpp"

namespace conserje::gmail {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kLongestWait = std::chrono::hours(24);

/// The `reason` of the first error, else `status`.
std::string reason_of(const Json& error) {
  if (const auto list = error.find("errors");
      list != error.end() && list->is_array() && !list->empty())
    if (const auto& first = list->front();
        first.is_object() && first.contains("reason") && first["reason"].is_string())
      return first["reason"].get<std::string>();
  const auto status = error.find("status");
  return status != error.end() && status->is_string() ? status->get<std::string>() : std::string();
}

/// "Retry after 2026-08-05T09:05:00.000Z" as the time from now; nullopt: the text does not say.
std::optional<milliseconds> wait_in(std::string_view text, std::int64_t now_ms) {
  constexpr std::string_view kMark = "Retry after ";
  const auto at = text.find(kMark);
  if (at == std::string_view::npos) return std::nullopt;
  const auto stamp = text.substr(at + kMark.size());
  const auto date = parse_date(stamp.substr(0, 10));
  int hour = -1;
  int minute = -1;
  int second = -1;
  if (!date || stamp.size() < 19 ||
      std::sscanf(std::string(stamp.substr(10, 9)).c_str(), "T%2d:%2d:%2d", &hour, &minute,
                  &second) != 3)
    return std::nullopt;
  const auto until = std::chrono::sys_days(*date) + std::chrono::hours(hour) +
                     std::chrono::minutes(minute) + std::chrono::seconds(second);
  const auto at_ms =
      std::chrono::duration_cast<milliseconds>(until.time_since_epoch()) - milliseconds(now_ms);
  return std::clamp(at_ms, milliseconds(1000), milliseconds(kLongestWait));
}

bool is_limit(std::int64_t status, std::string_view reason) {
  return status == 429 || reason == "rateLimitExceeded" || reason == "userRateLimitExceeded";
}

ErrorClass judge(std::int64_t status, std::string_view reason, std::string_view text) {
  if (is_limit(status, reason) || status >= 500 || status == 408) return ErrorClass::retry;
  if (status == 401) return ErrorClass::auth;
  if (status == 403) return ErrorClass::config;
  if (reason == "failedPrecondition" &&
      text.find("Mail service not enabled") != std::string_view::npos)
    return ErrorClass::config;
  return ErrorClass::permanent;
}

}  // namespace

Error api_error(const HttpResponse& response, std::int64_t now_ms, std::uint32_t attempt) {
  const auto json = parse_json(response.body);
  const auto error =
      json && json->is_object() && json->contains("error") && (*json)["error"].is_object()
          ? (*json)["error"]
          : Json::object();
  const auto reason = std::string(beginning(reason_of(error), 100));
  const auto message = error.find("message");
  const auto text =
      message != error.end() && message->is_string() ? message->get<std::string>() : "";
  Error out{.error_class = judge(response.status, reason, text),
            .message = "gmail: the API answered " + std::to_string(response.status),
            .vendor_code = reason.empty() ? std::to_string(response.status) : reason};
  if (!reason.empty()) out.message += " " + reason;
  if (out.error_class == ErrorClass::config)
    out.message +=
        "; an operator must check the project's API, its quota and the scopes of the token";
  if (out.error_class != ErrorClass::retry) return out;
  out.retry_after = conserje::retry_after(response, kLongestWait);
  if (!out.retry_after) out.retry_after = wait_in(text, now_ms);
  if (!out.retry_after && is_limit(response.status, reason))
    out.retry_after = milliseconds(1000) * (1 << std::min(attempt, 6U));
  return out;
}

Error token_error(const HttpResponse& response) {
  const auto json = parse_json(response.body);
  std::string code;
  if (json && json->is_object() && json->contains("error") && (*json)["error"].is_string())
    code = beginning((*json)["error"].get<std::string>(), 100);
  if (response.status == 429 || response.status >= 500)
    return {.error_class = ErrorClass::retry,
            .message = "gmail: the token endpoint answered " + std::to_string(response.status),
            .vendor_code = code};
  return {.error_class = ErrorClass::config,
          .message = "gmail: no access token (" +
                     (code.empty() ? std::to_string(response.status) : code) +
                     "); an operator must give the mailbox's consent again and set refresh_token",
          .vendor_code = code};
}

}  // namespace conserje::gmail
