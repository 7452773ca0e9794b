#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace conserje::webhook {

/// How long a Retry-After header asks us to wait, at most 24 hours: seconds, or a date in any of
/// the three forms of HTTP; zero when that is past; nullopt when it can not be read.
/// Source: RFC 9110, sections 10.2.3 and 5.6.7.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::int64_t now_ms);

}  // namespace conserje::webhook
