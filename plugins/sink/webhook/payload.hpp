#pragma once

#include <cstdint>
#include <string>

#include "conserje/sink_types.hpp"

namespace conserje::webhook {

/// The body that tells `event`: {"type", "timestamp", "data"} as Standard Webhooks has them, and
/// our "id", "tenant" and "severity".
std::string to_body(const sink::Event& event);

/// A time as ISO 8601 with milliseconds: "2026-01-01T00:00:00.000Z".
std::string to_iso8601(std::int64_t ms_since_1970);

}  // namespace conserje::webhook
