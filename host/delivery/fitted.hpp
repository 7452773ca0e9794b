#pragma once

#include "conserje/channel_types.hpp"

namespace conserje {

/// Whether something of `request` is not for every channel.
bool is_rich(const channel::SendRequest& request);

/// `request` with what a channel of these capabilities carries; its text says the rest as well.
/// Pure.
channel::SendRequest fitted(channel::SendRequest request, const channel::Capabilities& can);

/// Without the file; its text says the same.
channel::SendRequest in_words(channel::SendRequest request);

}  // namespace conserje
