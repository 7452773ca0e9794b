#include "errors.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>

#include "../common/document.hpp"
#include "conserje/retry_after.hpp"
#include "conserje/text.hpp"

namespace conserje::waha {
namespace {

using document::Document;
using document::Value;
using std::chrono::seconds;
using enum ErrorClass;

constexpr seconds kPause{60};         // For a limit that does not say how long.
constexpr seconds kSessionPause{15};  // A session that connects.
constexpr seconds kLongestWait{3600};
constexpr std::size_t kLongestText = 200;

/// What engines say of somebody who is not on WhatsApp.
constexpr std::string_view kNotOnWhatsApp[] = {"No LID for user", "is not registered",
                                               "not on WhatsApp", "wid error: invalid wid"};

/// 422: the session, or the request.
Error unprocessable(Value body, Error error) {
  const auto status = body["status"].view();
  if (!status.empty()) {
    const bool needs_person = status == "SCAN_QR_CODE" || status.starts_with("PASSKEY");
    error.error_class = needs_person ? config : retry;
    error.message = "waha: the session is " + std::string(status.substr(0, 64));
    if (needs_person) error.message += "; operator: link the phone again";
    error.vendor_code = status.substr(0, 64);
    if (!needs_person) error.retry_after = kSessionPause;
    return error;
  }
  const bool is_unknown = body["error"].view().find("does not exist") != std::string_view::npos;
  error.error_class = is_unknown ? config : permanent;
  error.message += is_unknown ? ": the session does not exist" : ": it does not take this request";
  return error;
}

bool says_not_on_whatsapp(std::string_view text) {
  return std::ranges::any_of(kNotOnWhatsApp, [&](std::string_view sign) {
    return text.find(sign) != std::string_view::npos;
  });
}

}  // namespace

std::string exception_text(const HttpResponse& response) {
  Document document;
  const auto root = document.parse(response.body);
  return root ? text::cut((*root)["exception"]["message"].view(), kLongestText) : std::string();
}

Error to_error(const HttpResponse& response) {
  Document document;
  const auto root = document.parse(response.body);
  const auto code = std::to_string(response.status);
  Error error{.error_class = permanent, .message = "waha: HTTP " + code, .vendor_code = code};
  switch (response.status) {
    case 401:
      error.error_class = auth;
      error.message += ": the api_key is not WAHA's";
      return error;
    case 403:
      error.error_class = config;
      error.message += ": the api_key has not the right for this";
      return error;
    case 404: error.message += ": not found"; return error;
    case 422: return unprocessable(root ? *root : Value(), std::move(error));
    case 429:
      error.error_class = retry;
      error.retry_after = retry_after(response, kLongestWait).value_or(kPause);
      return error;
    case 504:  // A proxy's: WAHA may have done it.
      error.error_class = deadline;
      return error;
    default: break;
  }
  if (response.status < 400) {
    error.error_class = config;
    error.message += ": this is not WAHA's API";
    return error;
  }
  if (response.status == 500 && says_not_on_whatsapp(exception_text(response))) {
    error.message += ": the number is not on WhatsApp";
    return error;
  }
  if (response.status == 408 || response.status >= 500) {
    error.error_class = retry;
    error.retry_after = retry_after(response, kLongestWait);
  }
  return error;
}

Status check_is_wahas(const HttpResponse& response) {
  const bool is_success = response.status >= 200 && response.status <= 299;
  Document document;
  if (!is_success || response.body.empty() || document.parse(response.body)) return Done{};
  return Error{config, "waha: what answers at url is not WAHA: HTTP " +
                           std::to_string(response.status) + " without JSON"};
}

}  // namespace conserje::waha
