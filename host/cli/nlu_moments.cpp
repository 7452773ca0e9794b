#include "cli/nlu_moments.hpp"

#include <chrono>
#include <cmath>
#include <string_view>

#include "conserje/time.hpp"

namespace conserje {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr std::size_t kDateLength = 10;      // 2026-12-10
constexpr std::size_t kTimeLength = 8;       // 20:00:00
constexpr std::size_t kDateTimeLength = 19;  // 2026-12-10T20:00:00

std::string member(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

/// A date that stands in front of `text`, some days away; `text` itself when there is none.
std::string days_away(const std::string& text, days away) {
  const auto day = parse_date(text.substr(0, kDateLength));
  if (!day) return text;
  return format_date(sys_days(*day) + away) + text.substr(std::min(kDateLength, text.size()));
}

/// "2026-12-10 20:00:00" as "2026-12-10T20:00:00"; the last second before midnight as midnight.
std::string spelled(std::string text) {
  constexpr std::string_view kLastSecond = "23:59:59", kMidnight = "00:00:00";
  if (text.size() == kDateTimeLength) text[kDateLength] = 'T';
  if (!text.ends_with(kLastSecond)) return text;
  text.replace(text.size() - kTimeLength, kTimeLength, kMidnight);
  return days_away(text, days{1});
}

std::string from_to(const std::string& start, const std::string& end) {
  return "from " + spelled(start) + " to " + spelled(end);
}

/// A bound as a whole date-time: a bare time is the next one after `since`, a date its midnight.
std::string whole(const std::string& bound, const std::string& since) {
  if (bound.size() == kDateLength) return bound + "T00:00:00";
  if (bound.size() != kTimeLength || since.size() != kDateTimeLength) return bound;
  const std::string same_day = since.substr(0, kDateLength) + "T" + bound;
  return same_day < since ? days_away(same_day, days{1}) : same_day;
}

/// How much of a date-time a grain looks at: "2026-12" for a month.
std::string cut(const std::string& moment, std::string_view grain) {
  if (grain == "week") {
    const auto day = parse_date(moment.substr(0, kDateLength));
    if (!day) return moment;
    const std::chrono::weekday weekday{sys_days(*day)};
    return format_date(sys_days(*day) - (weekday - std::chrono::Monday));
  }
  const std::size_t length = grain == "year"     ? 4
                             : grain == "month"  ? 7
                             : grain == "hour"   ? 13
                             : grain == "minute" ? 16
                             : grain == "second" ? kDateTimeLength
                                                 : kDateLength;
  return moment.substr(0, length);
}

/// A beginning and an exclusive end; the end is empty where there is none.
struct Stretch {
  std::string start, end;
};

Stretch stretch_of(const Json& value, const std::string& ref) {
  const std::string start = whole(spelled(member(value, "start")), ref);
  return {start, whole(spelled(member(value, "end")), start.empty() ? ref : start)};
}

bool overlap(const Stretch& one, const Stretch& other) {
  return one.start < other.end && other.start < one.end;
}

/// Two parts of one day, or two weekends, by whatever hours.
bool same_part(const Stretch& found, const Stretch& wanted, std::string_view grain) {
  if (grain == "part")
    return cut(found.start, "day") == cut(wanted.start, "day") && overlap(found, wanted);
  return grain == "weekend" && found.end == wanted.end && overlap(found, wanted);
}

}  // namespace

bool is_moment(const nlu::Entity& entity) {
  return entity.type == "date" || entity.type == "time" || entity.type == "duration" ||
         entity.type == "nights";
}

std::string wanted_moment(const Json& expected) {
  const auto values = expected.find("values");
  if (values == expected.end() || !values->is_array() || values->empty()) return "";
  const Json& last = values->back();
  if (member(expected, "type") == "duration") return "lasts " + member(last, "value");
  if (last.contains("value")) return "at " + spelled(member(last, "value"));
  return from_to(member(last, "start"), member(last, "end"));
}

std::string found_moment(const nlu::Entity& entity) {
  constexpr long long kDaySeconds = 86400;
  const Json& value = entity.value;
  if (value.is_number())
    return "lasts " + std::to_string(std::llround(value.get<double>()) * kDaySeconds);
  const std::string kind = member(value, "kind");
  if (kind == "duration")
    return "lasts " + std::to_string(std::llround(value.value("seconds", 0.0)));
  if (kind != "range") return "at " + spelled(member(value, "start"));
  return from_to(member(value, "start"), member(value, "end"));
}

bool agrees(const nlu::Entity& entity, const Json& row, Precision precision) {
  if (entity.type != "date" && entity.type != "time") return false;
  const std::string ref = spelled(member(row, "ref")), grain = member(row, "grain");
  const std::string our_grain = member(entity.value, "grain");
  const Stretch wanted{spelled(member(row, "start")), spelled(member(row, "end"))};
  const Stretch found = stretch_of(entity.value, ref);
  const auto same = [&](const std::string& one, const std::string& other) {
    return cut(one, grain) == cut(other, grain);
  };
  if (precision == Precision::by_day && same_part(found, wanted, our_grain)) return true;
  if (!same(found.start, wanted.start)) return false;
  if (member(row, "kind") == "value") return true;
  const bool a_day_as_said =
      our_grain == "day" && !found.end.empty() && same(days_away(found.end, days{1}), wanted.end);
  return same(found.end, wanted.end) || a_day_as_said;
}

}  // namespace conserje
