#include "plugin/http/retry_after.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace conserje {
namespace {

constexpr std::chrono::seconds kLongest = std::chrono::hours(24);

}  // namespace

std::optional<Millis> parse_retry_after(std::string_view value, WallTime now) {
  std::uint32_t seconds = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  const bool is_number = end == value.data() + value.size() && !value.empty();
  if (is_number && failed == std::errc::result_out_of_range) return kLongest;
  if (is_number) return std::min(kLongest, std::chrono::seconds(seconds));

  // libcurl reads the three forms of an HTTP-date; those hold the time of day.
  if (value.find(':') == std::string_view::npos) return std::nullopt;
  const auto date = curl_getdate(std::string(value).c_str(), nullptr);
  if (date < 0) return std::nullopt;
  const Millis wait = std::chrono::sys_seconds(std::chrono::seconds(date)) - now;
  return std::clamp(wait, Millis(0), Millis(kLongest));
}

}  // namespace conserje
