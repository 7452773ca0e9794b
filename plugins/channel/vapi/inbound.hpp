#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config.hpp"
#include "conserje/channel_types.hpp"
#include "conserje/result.hpp"

namespace conserje::vapi {

/// What a delivery tells of its call's state.
struct CallNews {
  std::string caller{};  // As UnifiedMessage::sender_id.
  std::string call_id{};
  std::string control_url{};  // Empty: it does not say.
  bool has_ended = false;

  bool operator==(const CallNews&) const = default;
};

/// A delivery, read.
struct Inbound {
  channel::WebhookEvents events{};
  std::optional<CallNews> news{};

  bool operator==(const Inbound&) const = default;
};

/// Turns the body of a server message into what it carries. Every type is known, answered, kept or
/// counted as ignored; one that is new is kept as `unsupported`. Pure.
/// Errors: permanent, it is not JSON or has no message.
/// Source: https://docs.vapi.ai/server-url/events
Result<Inbound> read_message(std::string_view body, const Config& config,
                             std::int64_t received_at_ms);

/// Calls of one delivery beyond these get an error as their result.
inline constexpr std::size_t kMostToolCalls = 16;
/// Of a call's transcript in a message; what follows is at VAPI.
inline constexpr std::size_t kLongestTranscript = 256 * 1024;

}  // namespace conserje::vapi
