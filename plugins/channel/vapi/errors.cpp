#include "errors.hpp"

#include <charconv>
#include <optional>

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

std::chrono::milliseconds pause_of(const HttpResponse& response) {
  const auto header = response.header("retry-after").value_or("");
  std::int64_t seconds = 0;
  const auto* end = header.data() + header.size();
  const auto [stop, failure] = std::from_chars(header.data(), end, seconds);
  const bool is_fit =
      !header.empty() && failure == std::errc() && stop == end && seconds >= 0 && seconds <= 3'600;
  return is_fit ? std::chrono::seconds(seconds) : kPause;
}

}  // namespace

Error to_error(const HttpResponse& response) {
  Error error{.error_class = class_of(response.status),
              .message = "vapi: HTTP " + std::to_string(response.status),
              .vendor_code = std::to_string(response.status)};
  if (const auto reason = reason_of(response); !reason.empty()) error.message += ", " + reason;
  if (response.status == 429) error.retry_after = pause_of(response);
  return error;
}

bool is_over(const HttpResponse& response) {
  return response.status == 404 || response.status == 410;
}

}  // namespace conserje::vapi
