#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"
#include "conserje/channel.hpp"
#include "conserje/url.hpp"
#include "payload.hpp"

namespace conserje::twilio {

/// The events of one webhook whose signature has been checked: a guest's message, a delivery
/// status, or nothing that we know, which is counted. `query`: of the URL; it may carry our
/// reference. A message of a type that we do not know is kept as "unsupported". Pure; threads: any.
/// Source: https://www.twilio.com/docs/messaging/guides/webhook-request
channel::WebhookEvents read_webhook(const url::Fields& fields, std::string_view query,
                                    const Config& config, std::int64_t received_at_ms);

/// The same for what the REST API lists. `files`: of the message.
channel::UnifiedMessage to_unified(const Message& message, const std::vector<MediaEntry>& files,
                                   const Config& config);
/// nullopt: it is still on its way to the channel.
std::optional<channel::DeliveryStatus> to_status(const Message& message);

inline constexpr std::string_view kReferenceParameter = "ref";

/// Our reference as it stands in the query of a status callback: "r_1", and "r_1.0" for a part of a
/// message that is not its last one, because the end of the last one is the end of the whole.
/// Empty: it would need an escape, which not every part of Twilio signs alike.
std::string callback_reference(std::string_view reference, std::size_t part, std::size_t parts);
/// The same read; the reference is empty where there is none of ours.
struct CallbackReference {
  std::string_view reference{};  // Borrowed.
  bool is_of_part = false;       // And not of the last one.
};
CallbackReference read_callback_reference(std::string_view text);

}  // namespace conserje::twilio
