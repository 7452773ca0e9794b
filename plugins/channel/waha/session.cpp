#include "session.hpp"

#include <algorithm>
#include <iterator>

#include "errors.hpp"
#include "jid.hpp"

namespace conserje::waha {
namespace {

using channel::ChannelHealth;
using document::Document;
using document::Value;

struct SessionStatus {
  std::string_view name;
  std::string_view severity;  // Of the notice.
  std::string_view state;     // Of the health.
  bool restart_helps;
  std::string_view text;
};
constexpr SessionStatus kStatuses[] = {
    {"WORKING", "info", "ok", false, ""},
    {"STARTING", "info", "degraded", false, "the session is connecting"},
    {"STOPPED", "warning", "down", true, "the session is not running"},
    {"FAILED", "critical", "down", true, "the session has lost its login, or its engine crashed"},
    {"SCAN_QR_CODE", "critical", "down", false,
     "operator: link the phone again by the QR code or a pairing code in WAHA's dashboard"},
    {"PASSKEY_REQUIRED", "critical", "down", false,
     "operator: linking the phone needs a passkey, see WAHA's dashboard"},
    {"PASSKEY_CONFIRMATION_REQUIRED", "critical", "down", false,
     "operator: linking the phone needs a confirmation on it, see WAHA's dashboard"},
};

SessionStatus find_status(std::string_view name) {
  const auto* const known = std::ranges::find(kStatuses, name, &SessionStatus::name);
  if (known != std::end(kStatuses)) return *known;
  return {name, "warning", "degraded", false, "a status that this plugin does not know"};
}

}  // namespace

channel::Notice status_notice(Value payload) {
  const auto status = find_status(payload["status"].view());
  channel::Notice notice{.name = "session_status",
                         .severity = std::string(status.severity),
                         .text = std::string(status.name)};
  if (!status.text.empty()) notice.text.append(": ").append(status.text);
  notice.metadata = {{"session", payload["name"].text()}, {"status", status.name}};
  if (const Value statuses = payload["statuses"]) notice.metadata["statuses"] = statuses.tree();
  return notice;
}

std::string session_status(const HttpResponse& response) {
  Document document;
  const auto root = document.parse(response.body);
  return response.status == 200 && root ? (*root)["status"].text() : std::string();
}

ChannelHealth read_session(const HttpResponse& response, std::string_view number) {
  Document document;
  const auto root = document.parse(response.body);
  const Value session = root ? *root : Value();
  if (response.status == 404)
    return {.state = "down",
            .detail = "operator: WAHA has no such session; create it, or set session"};
  if (response.status < 200 || response.status > 299 || !session["status"]) {
    const auto error = to_error(response);
    return {.state = "down", .detail = error.message};
  }
  const auto status = find_status(session["status"].view());
  ChannelHealth health{.state = std::string(status.state), .restart_helps = status.restart_helps};
  if (status.state != "ok")
    health.detail = std::string(status.name) + ": " + std::string(status.text);
  const auto linked = address_of(session["me"]["id"].view());
  if (status.state == "ok" && !number.empty() && linked != number)
    return {.state = "down",
            .detail = "operator: another phone is linked than the configured number"};
  return health;
}

ChannelHealth with_pulse(ChannelHealth health, const Pulse& pulse) {
  if (health.state != "ok") return health;
  if (pulse.unheard >= kDeafAfter)
    return {.state = "down",
            .detail = "WORKING, but WhatsApp did not get the last messages to " +
                      std::to_string(pulse.unheard) + " chats",
            .restart_helps = true};
  if (pulse.silent < kDeafAfter) return health;
  if (pulse.has_heard)
    return {.state = "down",
            .detail = "WORKING, but no webhooks come any more: " + std::to_string(pulse.silent) +
                      " acks were found only by asking",
            .restart_helps = true};
  return {.state = "degraded",
          .detail =
              "no webhook has told an ack yet: is the session subscribed to message.ack, with "
              "this host's address?"};
}

}  // namespace conserje::waha
