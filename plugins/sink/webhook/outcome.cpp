#include "outcome.hpp"

#include <string>

#include "retry_after.hpp"

namespace conserje::webhook {
namespace {

const char* class_of(std::int64_t status) {
  if (status >= 200 && status <= 299) return "ok";
  if (status == 410) return "permanent";
  if (status == 401 || status == 403) return "auth";
  return "retry";
}

bool may_ask_to_wait(std::int64_t status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

const char* text_of(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::retry: return "no connection";
    case ErrorClass::deadline: return "no answer in time";
    case ErrorClass::config: return "the URL or its address is not allowed";
    case ErrorClass::cancelled: return "interrupted";
    case ErrorClass::permanent: return "the answer cannot be read";
    case ErrorClass::auth:
    case ErrorClass::bug: break;
  }
  return "it could not be sent";
}

}  // namespace

sink::DeliveryResult outcome_of(const HttpResponse& response, std::int64_t now_ms) {
  sink::DeliveryResult result{.status = class_of(response.status),
                              .http_status = response.status,
                              .gone = response.status == 410};
  if (result.status != "ok") result.error = "HTTP " + std::to_string(response.status);
  if (may_ask_to_wait(response.status))
    if (const auto header = response.header("retry-after"))
      if (const auto wait = parse_retry_after(*header, now_ms))
        result.retry_after_ms = wait->count();
  return result;
}

sink::DeliveryResult outcome_of(const Error& error) {
  sink::DeliveryResult result{
      .status = error.error_class == ErrorClass::config ? "config" : "retry",
      .error = text_of(error.error_class)};
  if (error.retry_after) result.retry_after_ms = error.retry_after->count();
  return result;
}

}  // namespace conserje::webhook
