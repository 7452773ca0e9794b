#include "hotel.hpp"

#include <algorithm>
#include <tuple>

namespace conserje::mock {
namespace {

constexpr std::string_view kConfirmed = "confirmed";

Error refused(std::string text) { return {ErrorClass::permanent, std::move(text)}; }

/// Friday and Saturday.
bool is_weekend(Date night) {
  const std::chrono::weekday day{std::chrono::sys_days(night)};
  return day == std::chrono::Friday || day == std::chrono::Saturday;
}

void sort_by_arrival(std::vector<pms::Reservation>& reservations) {
  // Dates of this shape sort as text.
  std::sort(reservations.begin(), reservations.end(), [](const auto& a, const auto& b) {
    return std::tie(a.stay.check_in, a.stay.date_time, a.id) <
           std::tie(b.stay.check_in, b.stay.date_time, b.id);
  });
}

}  // namespace

Result<Nights> nights_of(const pms::Stay& stay, std::int64_t max_nights) {
  const auto from = parse_date(stay.check_in);
  const auto to = parse_date(stay.check_out);
  if (!from || !to) return refused("stay: a date is needed, as YYYY-MM-DD");
  const Nights nights{*from, *to};
  if (nights.count() < 1) return refused("stay: it has no night");
  if (nights.count() > max_nights)
    return refused("stay: at most " + std::to_string(max_nights) + " nights");
  if (stay.adults < 1 || stay.children < 0) return refused("stay: at least one adult");
  return nights;
}

void write(JsonWriter& out, const Entry& entry) {
  out.begin_object();
  out.member("reservation", entry.reservation);
  out.member("request", entry.request);
  out.member("key", entry.key);
  out.optional_member("notes", entry.notes);
  out.optional_member("table", entry.table);
  out.end_object();
}

void read(const Json& json, Entry& entry) {
  expect_object(json, "entry");
  read_member(json, "reservation", entry.reservation);
  read_member(json, "request", entry.request);
  read_member(json, "key", entry.key);
  read_optional_member(json, "notes", entry.notes);
  read_optional_member(json, "table", entry.table);
}

const Room* Hotel::room(std::string_view type) const {
  const auto found =
      std::find_if(rooms_.begin(), rooms_.end(), [&](const Room& r) { return r.type == type; });
  return found == rooms_.end() ? nullptr : &*found;
}

std::int64_t Hotel::free_rooms(const Room& room, const Nights& nights, const Entry* without) const {
  const auto type = sold_.find(room.type);
  if (type == sold_.end()) return room.count;

  const auto is_without = [&](Date night) {
    if (without == nullptr || without->reservation.room_type != room.type ||
        without->reservation.state != kConfirmed)
      return false;
    const std::string date = format_date(night);
    return without->reservation.stay.check_in <= date && date < without->reservation.stay.check_out;
  };
  std::int64_t most = 0;
  const auto end = type->second.lower_bound(nights.to);
  for (auto night = type->second.lower_bound(nights.from); night != end; ++night)
    most = std::max(most, night->second - (is_without(night->first) ? 1 : 0));
  return room.count - most;
}

pms::Money Hotel::price(const Room& room, const Nights& nights) const {
  pms::Money total{.amount_minor = 0, .currency = currency_};
  for (Date night = nights.from; night < nights.to; night = add_days(night, 1))
    total.amount_minor += room.price_minor + (is_weekend(night) ? room.weekend_surcharge_minor : 0);
  return total;
}

std::vector<pms::RoomOffer> Hotel::offers(const Nights& nights, std::int64_t guests,
                                          std::string_view type) const {
  std::vector<pms::RoomOffer> offers;
  for (const Room& room : rooms_) {
    if (!type.empty() && room.type != type) continue;
    if (room.capacity < guests) continue;
    const std::int64_t left = free_rooms(room, nights);
    if (left < 1) continue;

    pms::RoomOffer offer{.room_type = room.type,
                         .name = room.name,
                         .description = room.description,
                         .capacity = room.capacity,
                         .available = left,
                         .total = price(room, nights)};
    const std::int64_t first_night =
        price(room, {nights.from, add_days(nights.from, 1)}).amount_minor;
    if (first_night * nights.count() == offer.total.amount_minor)
      offer.per_night = pms::Money{.amount_minor = first_night, .currency = currency_};
    offers.push_back(std::move(offer));
  }
  std::stable_sort(offers.begin(), offers.end(), [](const auto& a, const auto& b) {
    return a.total.amount_minor < b.total.amount_minor;
  });
  return offers;
}

void Hotel::put(Entry entry) {
  const std::string id = entry.reservation.id;
  const auto before = entries_.find(id);
  if (before == entries_.end()) {
    id_of_reference_[entry.reservation.reference] = id;
    id_of_key_[entry.key] = id;
    ids_of_guest_.emplace(entry.reservation.guest_key, id);
  } else {
    count_nights(before->second.reservation, -1);
  }
  count_nights(entry.reservation, +1);
  entries_.insert_or_assign(id, std::move(entry));
}

void Hotel::count_nights(const pms::Reservation& reservation, int by) {
  if (reservation.state != kConfirmed) return;
  const auto from = parse_date(reservation.stay.check_in);
  const auto to = parse_date(reservation.stay.check_out);
  if (!from || !to) return;
  auto& nights = sold_[reservation.room_type];
  for (Date night = *from; night < *to; night = add_days(night, 1))
    if ((nights[night] += by) == 0) nights.erase(night);
}

const Entry* Hotel::by_id(std::string_view id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

const Entry* Hotel::find(const Index& index, std::string_view name) const {
  const auto found = index.find(name);
  return found == index.end() ? nullptr : by_id(found->second);
}

const Entry* Hotel::by_reference(std::string_view reference) const {
  return find(id_of_reference_, reference);
}

const Entry* Hotel::by_key(std::string_view key) const { return find(id_of_key_, key); }

std::vector<pms::Reservation> Hotel::of_guest(std::string_view guest_key, Date from) const {
  std::vector<pms::Reservation> found;
  const std::string earliest = format_date(from);
  const auto [begin, end] = ids_of_guest_.equal_range(guest_key);
  for (auto id = begin; id != end; ++id) {
    const auto& reservation = by_id(id->second)->reservation;
    if (reservation.state == kConfirmed && reservation.stay.check_out >= earliest)
      found.push_back(reservation);
  }
  sort_by_arrival(found);
  return found;
}

std::vector<pms::Reservation> Hotel::arrivals(Date from, Date to) const {
  std::vector<pms::Reservation> found;
  const std::string first = format_date(from);
  const std::string end = format_date(to);
  for (const auto& [id, entry] : entries_) {
    const auto& reservation = entry.reservation;
    if (reservation.state == kConfirmed && reservation.stay.check_in >= first &&
        reservation.stay.check_in < end)
      found.push_back(reservation);
  }
  sort_by_arrival(found);
  return found;
}

}  // namespace conserje::mock
