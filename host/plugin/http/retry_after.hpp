#pragma once

#include <optional>
#include <string_view>

#include "guard/clock.hpp"

namespace conserje {

/// How long a Retry-After header (RFC 9110 10.2.3: seconds, or a date in any of the three forms
/// of 5.6.7) asks us to wait, between 0 and 24 hours; nullopt when it says nothing that can be
/// read. Pure.
std::optional<Millis> parse_retry_after(std::string_view value, WallTime now);

}  // namespace conserje
