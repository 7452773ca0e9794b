#pragma once

#include <cstdint>
#include <string_view>

#include "../common/document.hpp"
#include "conserje/channel_types.hpp"

namespace conserje::waha {

/// Sets the type, the text and what belongs to the type of a message from WAHA's message payload,
/// which has no type of its own; adds to metadata. What is neither text, file, place nor cards is
/// "unsupported". Pure. Source: https://waha.devlike.pro/docs/how-to/receive-messages/
void map_content(document::Value payload, channel::UnifiedMessage& out);

/// Bare id of the message that this one answers; empty: none.
std::string_view quoted_id(document::Value payload);

/// Seconds, perhaps with a fraction, or milliseconds, as ms; `otherwise` when it is neither.
std::int64_t to_ms(document::Value timestamp, std::int64_t otherwise);

}  // namespace conserje::waha
