#include "restaurant.hpp"

#include <algorithm>

namespace conserje::mock {
namespace {

constexpr std::chrono::minutes kLongestSeating{24 * 60};

Error refused(std::string text) { return {ErrorClass::permanent, std::move(text)}; }

}  // namespace

Result<Seating> seating_of(const pms::Stay& stay, std::chrono::minutes turn) {
  // A day without a time is asked about as a whole.
  const auto from = parse_date_time(is_table(stay) ? stay.date_time : stay.check_in + "T00:00");
  if (!from) return refused("stay: a time is needed, as YYYY-MM-DDTHH:MM");
  const std::string day = format_date(date_of(*from));
  if (stay.check_in != day || stay.check_out != day)
    return refused("stay: check_in and check_out of a table are its day");
  if (stay.adults < 1 || stay.children < 0) return refused("stay: at least one adult");
  if (stay.duration_minutes < 0 || stay.duration_minutes > kLongestSeating.count())
    return refused("stay: at most " + std::to_string(kLongestSeating.count()) + " minutes");
  return Seating{
      .from = *from,
      .length = stay.duration_minutes > 0 ? std::chrono::minutes(stay.duration_minutes) : turn,
      .guests = stay.adults + stay.children};
}

Restaurant::Restaurant(RestaurantConfig config) : config_(std::move(config)) {
  for (auto& spans : config_.services) std::ranges::sort(spans, {}, &ServiceSpan::first);
  for (std::size_t group = 0; group < config_.tables.size(); ++group)
    for (std::int64_t number = 1; number <= config_.tables[group].count; ++number)
      tables_.push_back(
          {std::to_string(group + 1) + "/" + std::to_string(number), &config_.tables[group]});
  std::ranges::stable_sort(tables_, {}, [](const Table& table) { return table.group->seats; });
}

std::string Restaurant::area_name(std::string_view area) const {
  const auto found = std::ranges::find(config_.tables, area, &TableGroup::area);
  return found == config_.tables.end() ? std::string() : found->name;
}

const std::vector<ServiceSpan>& Restaurant::spans_of(Date day) const {
  static const std::vector<ServiceSpan> kNone;
  if (std::ranges::find(config_.closed, day) != config_.closed.end()) return kNone;
  return config_.services[std::chrono::weekday(std::chrono::local_days(day)).c_encoding()];
}

/// The moments of a day at which guests may arrive, the earliest first.
std::vector<DateTime> Restaurant::arrivals_of(Date day) const {
  std::vector<DateTime> times;
  for (const auto& span : spans_of(day))
    for (auto time = span.first; time <= span.last;
         time += std::chrono::minutes(config_.slot_minutes))
      times.push_back(at_time(day, time));
  return times;
}

bool Restaurant::is_free(const Table& table, const Seating& seating,
                         std::string_view without) const {
  const auto taken = taken_.find(table.id);
  return taken == taken_.end() || std::ranges::none_of(taken->second, [&](const Taken& other) {
           return other.id != without && other.from < seating.until() && seating.from < other.until;
         });
}

std::vector<pms::TableOffer> Restaurant::offers(const Seating& seating, std::string_view area,
                                                std::string_view without) const {
  std::vector<pms::TableOffer> offers;
  for (const Table& table : tables_) {
    const TableGroup& group = *table.group;
    if (!area.empty() && group.area != area) continue;
    if (group.seats < seating.guests || group.min_party > seating.guests) continue;
    if (!is_free(table, seating, without)) continue;
    auto offer = std::ranges::find(offers, group.area, &pms::TableOffer::area);
    if (offer == offers.end())
      offer = offers.insert(offers.end(), {.date_time = format_date_time(seating.from),
                                           .duration_minutes = seating.length.count(),
                                           .area = group.area,
                                           .name = group.name});
    ++offer->available;
  }
  return offers;
}

std::optional<std::string> Restaurant::table_for(const Seating& seating, std::string_view area,
                                                 std::string_view without) const {
  const auto times = arrivals_of(date_of(seating.from));
  if (std::ranges::find(times, seating.from) == times.end()) return std::nullopt;
  for (const Table& table : tables_)
    if ((area.empty() || table.group->area == area) && table.group->seats >= seating.guests &&
        table.group->min_party <= seating.guests && is_free(table, seating, without))
      return table.id;
  return std::nullopt;
}

/// When guests may arrive on the seating's day, and after it.
pms::Tables Restaurant::day_of(const Seating& seating) const {
  const Date day = date_of(seating.from);
  pms::Tables found;
  for (const auto& span : spans_of(day))
    found.services.push_back(
        {format_date_time(at_time(day, span.first)), format_date_time(at_time(day, span.last))});
  for (int ahead = 1; ahead <= kOpeningsLookAhead && found.next_opening.empty(); ++ahead)
    if (const Date next = add_days(day, ahead); !spans_of(next).empty())
      found.next_opening = format_date_time(at_time(next, spans_of(next).front().first));
  return found;
}

void Restaurant::add_others(pms::Tables& found, const std::vector<DateTime>& times, Seating seating,
                            std::string_view area, std::string_view without) const {
  for (const DateTime time : times) {
    if (found.others.size() == kMostOthers) return;
    seating.from = time;
    auto offered = offers(seating, area, without);
    if (!offered.empty()) found.others.push_back(std::move(offered.front()));
  }
}

pms::Tables Restaurant::at(const Seating& seating, std::string_view area,
                           std::string_view without) const {
  pms::Tables found = day_of(seating);
  auto times = arrivals_of(date_of(seating.from));
  if (std::ranges::find(times, seating.from) != times.end())
    found.offers = offers(seating, area, without);
  if (!found.offers.empty()) return found;
  std::ranges::stable_sort(times, {},
                           [&](DateTime time) { return std::chrono::abs(time - seating.from); });
  add_others(found, times, seating, area, without);
  return found;
}

pms::Tables Restaurant::on_day(const Seating& seating, std::string_view area,
                               std::string_view without) const {
  pms::Tables found = day_of(seating);
  add_others(found, arrivals_of(date_of(seating.from)), seating, area, without);
  return found;
}

void Restaurant::seat(const std::string& id, const std::string& table, const Seating& seating) {
  if (const auto before = table_of_.find(id); before != table_of_.end()) {
    std::erase_if(taken_[before->second], [&](const Taken& taken) { return taken.id == id; });
    table_of_.erase(before);
  }
  if (table.empty()) return;
  taken_[table].push_back({id, seating.from, seating.until()});
  table_of_.emplace(id, table);
}

}  // namespace conserje::mock
