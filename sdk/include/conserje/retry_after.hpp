#pragma once

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>

#include "conserje/host.hpp"

namespace conserje {

/// The seconds of a Retry-After header, at most `longest`; nullopt when there is none, or it is not
/// a count of seconds. Source: RFC 9110, 10.2.3.
inline std::optional<std::chrono::seconds> retry_after(const HttpResponse& response,
                                                       std::chrono::seconds longest) {
  const auto text = response.header("retry-after").value_or("");
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return std::min(std::chrono::seconds(value), longest);
}

}  // namespace conserje
