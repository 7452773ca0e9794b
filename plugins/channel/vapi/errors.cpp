#include "errors.hpp"

#include <optional>

#include "conserje/retry_after.hpp"
#include "payload.hpp"

namespace conserje::vapi {
namespace {

constexpr std::chrono::seconds kPause{
    5};  // No limits are published, and no Retry-After is promised.
constexpr std::size_t kLongestReason = 200;

ErrorClass class_of(std::int64_t status) {
  if (status == 401) return ErrorClass::auth;
  if (status == 402 || status == 403) return ErrorClass::config;  // The plan, or another key.
  if (status == 408 || status == 425 || status == 429 || status >= 500) return ErrorClass::retry;
  return ErrorClass::permanent;
}

/// {"message": "..." or ["..."], "error": "Bad Request"}
std::string reason_of(const HttpResponse& response) {
  const auto body = parse_document(response.body);
  if (!body) return {};
  const Json& message = member(*body, "message");
  const bool is_list = message.is_array() && !message.empty() && message.front().is_string();
  const auto reason = is_list ? message.front().get<std::string>() : text(*body, "message");
  return cut(reason.empty() ? text(*body, "error") : reason, kLongestReason);
}

}  // namespace

Error to_error(const HttpResponse& response) {
  Error error{.error_class = class_of(response.status),
              .message = "vapi: HTTP " + std::to_string(response.status),
              .vendor_code = std::to_string(response.status)};
  if (const auto reason = reason_of(response); !reason.empty()) error.message += ", " + reason;
  if (response.status == 429)
    error.retry_after = conserje::retry_after(response, std::chrono::hours(1)).value_or(kPause);
  return error;
}

bool is_over(const HttpResponse& response) {
  return response.status == 404 || response.status == 410;
}

}  // namespace conserje::vapi
