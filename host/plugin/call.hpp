#pragma once

#include <cstdint>
#include <string_view>

#include "guard/clock.hpp"

namespace conserje {

/// The circumstances of one call to a plugin. Borrowed texts; they live until the call returns.
struct CallSpec {
  MonotonicTime deadline{};  // Not set: the plugin's `deadline` of the configuration, from now.
  std::uint32_t attempt = 1;
  std::string_view idempotency_key{};
  std::string_view tenant{};
  std::string_view trace_id{};  // W3C traceparent.
};

}  // namespace conserje
