#pragma once

#include <optional>

#include "conserje/channel_types.hpp"
#include "guard/clock.hpp"
#include "pipeline/pipeline.hpp"

namespace conserje {

/// A guest may be written to freely for so long after his last message; this much less is relied
/// upon, because the provider's clock and ours differ.
constexpr Millis kWindowMargin{5 * 60'000};

/// Whether a channel with `window_hours` (0: none) still takes a free text for a guest who last
/// wrote at `last_inbound` (nullopt: never). Pure.
bool is_window_open(std::int64_t window_hours, std::optional<WallTime> last_inbound, WallTime now);

/// `request` as the channel's template for replies, whose one parameter is the text: without line
/// breaks, tabs or runs of spaces, which templates refuse, and cut to what one holds. Errors:
/// permanent, `use` names no such template, and the text says what to do. Pure.
Result<channel::SendRequest> as_template(channel::SendRequest request, const PluginUse* use);

}  // namespace conserje
