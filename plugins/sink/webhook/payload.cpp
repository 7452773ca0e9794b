#include "payload.hpp"

#include <chrono>
#include <cstdio>

#include "conserje/time.hpp"

namespace conserje::webhook {

std::string to_body(const sink::Event& event) {
  std::string body;
  JsonWriter out(body);
  out.begin_object();
  out.member("id", event.id);
  out.member("type", event.type);
  out.member("timestamp", to_iso8601(event.timestamp_ms));
  out.optional_member("tenant", event.tenant);
  out.optional_member("severity", event.severity);
  out.member("data", event.data);
  out.end_object();
  return body;
}

std::string to_iso8601(std::int64_t ms_since_1970) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(ms_since_1970)};
  const auto day = floor<days>(time);
  const hh_mm_ss of_day{time - day};
  char text[32];
  std::snprintf(
      text, sizeof text, "T%02d:%02d:%02d.%03dZ", static_cast<int>(of_day.hours().count()),
      static_cast<int>(of_day.minutes().count()), static_cast<int>(of_day.seconds().count()),
      static_cast<int>(of_day.subseconds().count()));
  return format_date(Date(day)) + text;
}

}  // namespace conserje::webhook
