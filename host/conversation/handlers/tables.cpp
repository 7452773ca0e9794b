#include "conversation/handlers/tables.hpp"

#include <algorithm>
#include <utility>

#include "conserje/date_time.hpp"
#include "conversation/handlers/common.hpp"
#include "pms/gateway.hpp"

namespace conserje {
namespace {

using Time = std::optional<std::chrono::minutes>;

pms::TablesRequest request_for(const WantedTable& wanted, Time time) {
  return {.stay = table_stay(wanted.day, time, wanted.adults, wanted.children),
          .moves = wanted.moves};
}

/// Whether guests may arrive then, as far as the services say.
bool is_served(const pms::Tables& found, Date day, Time time) {
  const auto at = time ? format_date_time(at_time(day, *time)) : "";
  return std::ranges::any_of(found.services, [&](const pms::Service& service) {
    return service.from <= at && at <= service.to;  // Moments of this shape sort as text.
  });
}

/// Which of two readings of an hour is meant: the one at which somebody serves.
Time meant_time(const pms::Tables& found, const WantedTable& wanted) {
  const bool is_other = wanted.other_time && !is_served(found, wanted.day, wanted.time) &&
                        is_served(found, wanted.day, wanted.other_time);
  return is_other ? wanted.other_time : wanted.time;
}

/// "20:00" of "2026-12-10T20:00".
std::string time_text(const std::string& date_time) {
  const auto moment = parse_date_time(date_time);
  return moment ? clock_text(time_of(*moment)) : "";
}

/// "13:00–15:30, 20:00–23:30"
std::string hours_text(const pms::Tables& found) {
  std::string text;
  for (const auto& service : found.services)
    text += (text.empty() ? "" : ", ") + time_text(service.from) + "–" + time_text(service.to);
  return text;
}

TextArgs day_args(const pms::Tables& found, const WantedTable& wanted) {
  return {{"date", wanted.day},
          {"party", wanted.adults + wanted.children},
          {"hours", hours_text(found)}};
}

Say ask_for_another_day(Say said, const pms::Tables& found) {
  if (const auto next = parse_date_time(found.next_opening))
    said.lines.push_back(
        {"table.next_opening", {{"date", date_of(*next)}, {"time", clock_text(time_of(*next))}}});
  said.lines.push_back({"ask.day", {}});
  said.asks = "day";
  return said;
}

/// The times that are left of those that the PMS has named, the nearest first.
std::vector<std::string> times_left(const Turn& turn, const pms::Tables& found) {
  const auto now = format_date_time(
      at_time(turn.today, std::chrono::floor<std::chrono::minutes>(turn.time_of_day)));
  std::vector<std::string> times;
  for (const auto& other : found.others)
    if (other.date_time > now && parse_date_time(other.date_time))
      times.push_back(time_text(other.date_time));
  return times;
}

/// Other times of the day to choose from, or another day.
Say offer_times(const Turn& turn, const pms::Tables& found, const WantedTable& wanted, Say said) {
  auto times = times_left(turn, found);
  if (times.empty()) {
    said.lines.push_back({"table.none_on_day", day_args(found, wanted)});
    return ask_for_another_day(std::move(said), found);
  }
  times.resize(std::min(times.size(), kMostTimes));
  std::ranges::sort(times, {}, [](const auto& time) { return std::pair(time.size(), time); });
  std::string list;
  for (const auto& time : times) {
    list += (list.empty() ? "" : ", ") + time;
    // The id is in two digits: "hour:09:30".
    said.buttons.push_back({"hour:" + std::string(5 - time.size(), '0') + time, "=" + time});
  }
  said.lines.push_back({"table.other_times", {{"times", list}}});
  said.lines.push_back({"ask.hour", {}});
  said.asks = "hour";
  return said;
}

/// When somebody serves on that day: at what time shall it be?
Say ask_for_time(const Turn& turn, const pms::Tables& found, const WantedTable& wanted) {
  if (times_left(turn, found).empty()) return offer_times(turn, found, wanted, {});
  Say question = say("table.hours", day_args(found, wanted));
  question.lines.push_back({"ask.hour", {}});
  question.asks = "hour";
  return question;
}

/// Why the wanted time cannot be had.
Say why_not(const pms::Tables& found, const WantedTable& wanted, std::chrono::minutes time) {
  TextArgs args = day_args(found, wanted);
  args.emplace_back("time", clock_text(time));
  return say(is_served(found, wanted.day, time) ? "table.none_at" : "table.closed_hour",
             std::move(args));
}

}  // namespace

std::optional<Step> unless_room(const Turn& turn) {
  const std::string& unit = turn.session.slots.unit;
  if (!turn.offering.tables || unit == "room") return std::nullopt;
  if (unit == "table") return reserve_table(turn);
  Say which = ask("unit");
  which.buttons = {{"unit:table", "button.table"}, {"unit:room", "button.room"}};
  return which;
}

TableSearch find_table(const Turn& turn, const WantedTable& wanted) {
  if (!turn.tables) return {.otherwise = Lookup{request_for(wanted, wanted.time)}};
  const auto& found = turn.tables->found;
  if (found.services.empty())
    return {.otherwise =
                ask_for_another_day(say("table.closed_day", day_args(found, wanted)), found)};
  const Time time = meant_time(found, wanted);
  const bool is_over = time && wanted.day == turn.today && *time <= turn.time_of_day;
  // Of a time that is over the rest of the day is of interest.
  const auto request = request_for(wanted, is_over ? std::nullopt : time);
  if (turn.tables->asked != request) return {.otherwise = Lookup{request}};
  if (is_over) return {.otherwise = offer_times(turn, found, wanted, say("table.past_time"))};
  if (!time) return {.otherwise = ask_for_time(turn, found, wanted)};
  if (found.offers.empty())
    return {.otherwise = offer_times(turn, found, wanted, why_not(found, wanted, *time))};
  return {.offers = found.offers};
}

PickedTable pick_area(const std::vector<pms::TableOffer>& offers, std::string_view area) {
  const auto wanted = std::ranges::find(offers, area, &pms::TableOffer::area);
  if (wanted != offers.end()) return {.offer = *wanted};
  if (area == kAnyArea || (area.empty() && offers.size() == 1)) return {.offer = offers.front()};
  Say which = area.empty() ? Say{} : say("table.not_that_area");
  which.lines.push_back({"ask.area", {}});
  which.asks = "area";
  for (const auto& offer : offers)
    which.buttons.push_back({"area:" + offer.area, "=" + offer.name});
  which.buttons.push_back({"area:" + std::string(kAnyArea), "button.any_area"});
  return {.otherwise = std::move(which)};
}

pms::Stay offered_stay(const WantedTable& wanted, const pms::TableOffer& offer) {
  return {.check_in = format_date(wanted.day),
          .check_out = format_date(wanted.day),
          .adults = wanted.adults,
          .children = wanted.children,
          .date_time = offer.date_time,
          .duration_minutes = offer.duration_minutes};
}

}  // namespace conserje
