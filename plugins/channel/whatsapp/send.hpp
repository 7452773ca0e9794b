#pragma once

#include <string>
#include <vector>

#include "conserje/channel.hpp"

namespace conserje::whatsapp {

/// Meta's limits, in characters as conserje/text.hpp counts them.
/// Source: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
inline constexpr std::size_t kMaxText = 4096;
inline constexpr std::size_t kMaxButtons = 3;
inline constexpr std::size_t kMaxRows = 10;

/// The bodies for POST /{phone_number_id}/messages that carry `request`, in order: its location,
/// then its text, in several parts where it is long; the buttons hang on the last part. Buttons
/// that do not fit into Meta's limits become lines "1. title" of the text. Pure.
/// Errors: permanent, the recipient is no address of WhatsApp, there is nothing to send, or it
/// would take more than kMaxParts messages.
Result<std::vector<std::string>> to_messages(const channel::SendRequest& request);
inline constexpr std::size_t kMaxParts = 10;

/// A message that Meta has taken over; what became of it comes as a status.
struct Accepted {
  std::string message_id{};
  std::string address{};  // The number that Meta reached by the recipient; empty: it does not say.

  bool operator==(const Accepted&) const = default;
};

/// The answer to such a POST. `attempt`: of the host, counted from 1.
/// Errors: as errors.hpp classes them; deadline, it was accepted without a message id.
Result<Accepted> read_accepted(const HttpResponse& response, std::uint32_t attempt);

/// The answer to GET /{phone_number_id}?fields=quality_rating,health_status. ok: we can send;
/// degraded: with limits, or the API is busy; down: no.
/// Source: https://developers.facebook.com/docs/whatsapp/cloud-api/health-status
channel::ChannelHealth read_health(const HttpResponse& response);

}  // namespace conserje::whatsapp
