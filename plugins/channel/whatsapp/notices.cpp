#include "notices.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "errors.hpp"

namespace conserje::whatsapp {
namespace {

using channel::Notice;

/// A field of the account, what we call it, and the member that says what happened.
struct Field {
  std::string_view name;
  std::string_view notice;
  std::string_view decisive;
};
constexpr Field kFields[] = {
    {"message_template_status_update", "template_status", "event"},
    {"message_template_quality_update", "template_quality", "new_quality_score"},
    {"message_template_components_update", "template_content", ""},
    {"template_category_update", "template_category", "new_category"},
    {"phone_number_quality_update", "number_quality", "event"},
    {"phone_number_name_update", "number_name", "decision"},
    {"account_update", "account_status", "event"},
    {"account_review_update", "account_review", "decision"},
    {"account_alerts", "account_alert", "alert_type"},
    {"business_capability_update", "account_limits", ""},
    {"security", "account_security", "event"},
    {"user_preferences", "guest_preference", "value"},
};

/// The severity of a field's decisive value; the first row that fits, * fits every value. What has
/// no row is a warning: better one too many than a ban unseen.
struct Severity {
  std::string_view notice;
  std::string_view value;
  std::string_view severity;
};
constexpr Severity kSeverities[] = {
    {"template_status", "DISABLED", "critical"},
    {"template_status", "REJECTED", "warning"},
    {"template_status", "PAUSED", "warning"},
    {"template_status", "FLAGGED", "warning"},
    {"template_status", "LIMIT_EXCEEDED", "warning"},
    {"template_status", "LOCKED", "warning"},
    {"template_status", "*", "info"},
    {"template_quality", "GREEN", "info"},
    {"template_quality", "UNKNOWN", "info"},
    {"template_content", "*", "info"},
    {"number_quality", "UPGRADE", "info"},
    {"number_quality", "ONBOARDING", "info"},
    {"number_quality", "UNFLAGGED", "info"},
    {"number_name", "APPROVED", "info"},
    {"account_status", "VERIFIED_ACCOUNT", "info"},
    {"account_status", "*", "critical"},
    {"account_review", "APPROVED", "info"},
    {"account_review", "REJECTED", "critical"},
    {"account_limits", "*", "info"},
    {"guest_preference", "*", "info"},
};

std::string severity_of(std::string_view notice, std::string_view value) {
  for (const auto& row : kSeverities)
    if (row.notice == notice && (row.value == value || row.value == "*"))
      return std::string(row.severity);
  return "warning";
}

/// "reminder_24h es: REJECTED, INVALID_FORMAT, Variables cannot be at the start"
std::string text_of(Value value, std::string_view decisive) {
  std::string text;
  const auto append = [&](std::string_view part, std::string_view separator) {
    if (part.empty() || part == "NONE") return;
    if (!text.empty()) text += separator;
    text += part;
  };
  append(value["message_template_name"].view(), "");
  append(value["message_template_language"].view(), " ");
  append(value["display_phone_number"].view(), "");
  append(decisive, ": ");
  append(value["reason"].view(), ", ");
  append(value["rejection_reason"].view(), ", ");
  append(value["rejection_info"]["reason"].view(), ", ");
  append(value["other_info"]["description"].view(), ", ");
  return text;
}

Notice to_notice(const Field& field, Value entry, Value value) {
  const auto decisive = value[field.decisive].view();
  Notice notice{.name = std::string(field.notice),
                .severity = severity_of(field.notice, decisive),
                .text = text_of(value, decisive),
                .metadata = {{"field", field.name}, {"value", value.tree()}}};
  for (const auto* key : {"id", "time"})
    if (const Value found = entry[key]) notice.metadata["entry"][key] = found.tree();
  return notice;
}

}  // namespace

std::vector<Notice> account_notices(Value entry, Value change) {
  const auto* const field = std::ranges::find(kFields, change["field"].view(), &Field::name);
  if (field == std::end(kFields)) return {};
  const Value value = change["value"];
  std::vector<Notice> notices;
  if (!value["user_preferences"]) return {to_notice(*field, entry, value)};
  for (const Value preference : value["user_preferences"])
    notices.push_back(to_notice(*field, entry, preference));
  return notices;
}

Notice error_notice(Value error) {
  const auto verdict = judge(error, 1).value_or(Verdict{ErrorClass::permanent});
  const bool needs_operator =
      verdict.error_class == ErrorClass::config || verdict.error_class == ErrorClass::auth;
  return {.name = "provider_error",
          .severity = needs_operator ? "critical" : "warning",
          .text = error["code"].text() + " " + describe(error),
          .metadata = {{"error", error.tree()}}};
}

}  // namespace conserje::whatsapp
