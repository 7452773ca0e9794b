#include "retry_after.hpp"

#include <algorithm>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>
#include <string>

namespace conserje::webhook {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongest = std::chrono::hours(24);

std::optional<std::int64_t> ms_of_date(const std::string& text) {
  using namespace std::chrono;
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"}) {
    std::istringstream in(text);
    in.imbue(std::locale::classic());
    std::tm parts{};
    in >> std::get_time(&parts, form);
    if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) continue;
    const year_month_day date{year(parts.tm_year + 1900),
                              month(static_cast<unsigned>(parts.tm_mon + 1)),
                              day(static_cast<unsigned>(parts.tm_mday))};
    if (!date.ok()) continue;
    const auto time =
        sys_days(date) + hours(parts.tm_hour) + minutes(parts.tm_min) + seconds(parts.tm_sec);
    return milliseconds(time.time_since_epoch()).count();
  }
  return std::nullopt;
}

}  // namespace

std::optional<milliseconds> parse_retry_after(std::string_view value, std::int64_t now_ms) {
  if (value.empty() || value.size() > 64) return std::nullopt;
  if (std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    const auto significant = value.substr(std::min(value.find_first_not_of('0'), value.size()));
    if (significant.size() > 5) return kLongest;  // More than 99,999 seconds.
    const int seconds = significant.empty() ? 0 : std::stoi(std::string(significant));
    return std::min<milliseconds>(std::chrono::seconds(seconds), kLongest);
  }
  const auto date_ms = ms_of_date(std::string(value));
  if (!date_ms) return std::nullopt;
  return std::clamp(milliseconds(*date_ms - now_ms), milliseconds(0), kLongest);
}

}  // namespace conserje::webhook
