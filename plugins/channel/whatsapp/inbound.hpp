#pragma once

#include <cstdint>
#include <string_view>

#include "conserje/channel.hpp"

namespace conserje::whatsapp {

/// Where and when a delivery arrived.
struct Arrival {
  std::string_view phone_number_id{};  // Ours; what is for another one is counted as ignored.
  std::int64_t received_at_ms = 0;     // Stands in for a time that Meta left out.
};

/// The events of one webhook body whose signature has been checked. A message of a type that we do
/// not know is kept as "unsupported"; a status, a field or an element that we do not know is
/// counted. Errors: permanent, the body is no JSON object. Pure; threads: any. Source:
/// https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components
Result<channel::WebhookEvents> read_webhook(std::string_view body, const Arrival& arrival);

}  // namespace conserje::whatsapp
