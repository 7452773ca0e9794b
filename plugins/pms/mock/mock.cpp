#include "mock.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>
#include <utility>

namespace conserje::mock {
namespace {

constexpr std::string_view kIdPrefix = "M-";
constexpr std::string_view kConfirmed = "confirmed";
constexpr std::string_view kStoragePrefix = "reservation/";

Error refused(std::string text) { return {ErrorClass::permanent, std::move(text)}; }

pms::ReservationAnswer done(const Entry& entry) { return {"done", entry.reservation}; }

/// The number of an id of ours; 0 for another.
std::int64_t number_of(std::string_view id) {
  std::int64_t number = 0;
  if (id.starts_with(kIdPrefix))
    std::from_chars(id.data() + kIdPrefix.size(), id.data() + id.size(), number);
  return number;
}

}  // namespace

Result<std::unique_ptr<Mock>> Mock::create(Host host, const Json& json) {
  auto config = decode_config<Config>(json);
  if (!config) return config.error();
  std::set<std::string> types;
  for (const auto& room : config->rooms)
    if (!types.insert(room.type).second)
      return Error{ErrorClass::config, "config: rooms: " + room.type + " is there twice"};
  return std::unique_ptr<Mock>(new Mock(host, *std::move(config)));
}

Mock::Mock(Host host, Config config)
    : host_(host),
      config_(std::move(config)),
      faults_(config_.faults),
      hotel_(config_.rooms, config_.currency),
      restaurant_(config_.restaurant),
      last_number_(config_.seed) {}

Status Mock::start(const Call&) {
  const std::lock_guard lock(mutex_);
  return load();
}

Health Mock::health() const {
  const std::lock_guard lock(mutex_);
  return {.detail = "reservations: " + std::to_string(hotel_.entries().size())};
}

void Mock::cancel(std::uint64_t) { faults_.wake(); }

/// Does the work, with the fault that befalls this call before or after it.
template <class Work>
auto Mock::answer(const Call& call, std::string_view method, Work work) -> decltype(work()) {
  const auto fault = faults_.next(method);
  if (fault && !fault->after_write)
    if (const auto suffered = faults_.suffer(host_, call, *fault); !suffered)
      return suffered.error();

  auto outcome = [&] {
    const std::lock_guard lock(mutex_);
    return work();
  }();

  // What was refused was not done: there is no answer to lose.
  if (fault && fault->after_write && outcome)
    if (const auto suffered = faults_.suffer(host_, call, *fault); !suffered)
      return suffered.error();
  return outcome;
}

Result<pms::Availability> Mock::availability(const Call& call,
                                             const pms::AvailabilityRequest& request) {
  return answer(call, "availability", [&]() -> Result<pms::Availability> {
    const auto nights = nights_of(request.stay, config_.max_nights);
    if (!nights) return nights.error();
    if (const auto status = check_not_past(nights->from); !status) return status.error();
    return pms::Availability{
        hotel_.offers(*nights, request.stay.adults + request.stay.children, request.room_type)};
  });
}

Result<pms::ReservationAnswer> Mock::create(const Call& call,
                                            const pms::ReservationRequest& request) {
  return answer(call, "create", [&] {
    const auto key = call.idempotency_key();
    return book(request, std::string(key.empty() ? request.reference : key));
  });
}

Result<pms::ReservationAnswer> Mock::retrieve(const Call& call, const pms::ReservationKey& key) {
  return answer(call, "retrieve", [&]() -> Result<pms::ReservationAnswer> {
    const auto entry = look_up(key);
    if (!entry) return entry.error();
    return *entry == nullptr ? pms::ReservationAnswer{"not_found"} : done(**entry);
  });
}

Result<pms::ReservationList> Mock::find(const Call& call, const pms::FindRequest& request) {
  return answer(call, "find", [&]() -> Result<pms::ReservationList> {
    const auto from = request.from.empty() ? earliest_today() : parse_date(request.from);
    if (!from) return refused("from: a date is needed, as YYYY-MM-DD");
    return pms::ReservationList{hotel_.of_guest(request.guest_key, *from)};
  });
}

Result<pms::ReservationAnswer> Mock::modify(const Call& call, const pms::ModifyRequest& request) {
  return answer(call, "modify", [&] { return change(request); });
}

Result<pms::ReservationAnswer> Mock::cancel_reservation(const Call& call,
                                                        const pms::ReservationKey& key) {
  return answer(call, "cancel", [&] { return call_off(key); });
}

Result<pms::ReservationList> Mock::arrivals(const Call& call, const pms::ArrivalsRequest& request) {
  return answer(call, "arrivals", [&]() -> Result<pms::ReservationList> {
    const auto from = parse_date(request.from);
    const auto to = parse_date(request.to);
    if (!from || !to) return refused("from, to: a date is needed, as YYYY-MM-DD");
    return pms::ReservationList{hotel_.arrivals(*from, *to)};
  });
}

Result<pms::Tables> Mock::tables(const Call& call, const pms::TablesRequest& request) {
  return answer(call, "tables", [&]() -> Result<pms::Tables> {
    if (!restaurant_.has_tables())
      return Error{ErrorClass::config, "config: restaurant: is missing, so there are no tables"};
    const auto seating = seating_of(request.stay, restaurant_.turn());
    if (!seating) return seating.error();
    if (const auto status = check_not_past(date_of(seating->from)); !status) return status.error();
    return is_table(request.stay) ? restaurant_.at(*seating, request.area, request.moves)
                                  : restaurant_.on_day(*seating, request.area, request.moves);
  });
}

Result<pms::ReservationAnswer> Mock::book(const pms::ReservationRequest& request, std::string key) {
  if (request.reference.empty()) return refused("reference: is empty");
  for (const Entry* made : {hotel_.by_key(key), hotel_.by_reference(request.reference)}) {
    if (made == nullptr) continue;
    if (made->request == request) return done(*made);
    return refused("the idempotency key or the reference belongs to another request");
  }

  Entry entry{.reservation = {.id = std::string(kIdPrefix) + std::to_string(last_number_ + 1),
                              .reference = request.reference,
                              .state = "confirmed",
                              .guest_name = request.guest_name,
                              .guest_key = request.guest_key,
                              .room_type = request.room_type,
                              .stay = request.stay,
                              .created_at_ms = host_.now_ms()},
              .request = request,
              .key = std::move(key),
              .notes = request.notes};
  const auto placed = place(entry, nullptr);
  if (!placed) return placed.error();
  if (!*placed) return pms::ReservationAnswer{"no_availability"};
  if (request.expected_total && *request.expected_total != entry.reservation.total)
    return refused("expected_total: the price is another one now");
  if (const auto saved = save(entry); !saved) return saved.error();
  return done(entry);
}

Result<pms::ReservationAnswer> Mock::change(const pms::ModifyRequest& request) {
  const Entry* before = hotel_.by_id(request.id);
  if (before == nullptr || before->reservation.state != "confirmed")
    return pms::ReservationAnswer{"not_found"};

  Entry entry = *before;
  auto& reservation = entry.reservation;
  if (request.stay) reservation.stay = *request.stay;
  if (!request.room_type.empty()) reservation.room_type = request.room_type;
  if (!request.guest_name.empty()) reservation.guest_name = request.guest_name;
  if (!request.notes.empty()) entry.notes = request.notes;

  if (reservation.stay != before->reservation.stay ||
      reservation.room_type != before->reservation.room_type) {
    const auto placed = place(entry, before);
    if (!placed) return placed.error();
    if (!*placed) return pms::ReservationAnswer{"no_availability"};
  }
  if (const auto saved = save(entry); !saved) return saved.error();
  return done(entry);
}

/// Finds the room or the table for the entry's stay, and what it costs; false: nothing is left.
/// before: as it was, counted as if it were not there; may be null. Errors: permanent.
Result<bool> Mock::place(Entry& entry, const Entry* before) const {
  const auto& stay = entry.reservation.stay;
  // Who is in the house may stay longer: only another day of arrival must not be past.
  if (before == nullptr || stay.check_in != before->reservation.stay.check_in) {
    const auto day = parse_date(stay.check_in);
    if (!day) return refused("stay: a date is needed, as YYYY-MM-DD");
    if (const auto status = check_not_past(*day); !status) return status.error();
  }
  if (before != nullptr && is_table(stay) != is_table(before->reservation.stay))
    return refused("stay: nights do not become a table, nor a table nights");
  return is_table(stay) ? place_at_table(entry) : place_in_room(entry, before);
}

Result<bool> Mock::place_in_room(Entry& entry, const Entry* before) const {
  auto& reservation = entry.reservation;
  const auto nights = nights_of(reservation.stay, config_.max_nights);
  if (!nights) return nights.error();
  const Room* room = hotel_.room(reservation.room_type);
  if (room == nullptr) return refused("room_type: there is no " + reservation.room_type);
  if (room->capacity < reservation.stay.adults + reservation.stay.children ||
      hotel_.free_rooms(*room, *nights, before) < 1)
    return false;
  reservation.room_name = room->name;
  reservation.total = hotel_.price(*room, *nights);
  return true;
}

Result<bool> Mock::place_at_table(Entry& entry) const {
  auto& reservation = entry.reservation;
  const auto seating = seating_of(reservation.stay, restaurant_.turn());
  if (!seating) return seating.error();
  if (restaurant_.area_name(reservation.room_type).empty())
    return refused("room_type: there is no area " + reservation.room_type);
  const auto table = restaurant_.table_for(*seating, reservation.room_type, reservation.id);
  if (!table) return false;
  entry.table = *table;
  reservation.stay.duration_minutes = seating->length.count();
  reservation.room_name = restaurant_.area_name(reservation.room_type);
  reservation.total = {.currency = config_.currency};
  return true;
}

Result<pms::ReservationAnswer> Mock::call_off(const pms::ReservationKey& key) {
  const auto before = look_up(key);
  if (!before) return before.error();
  if (*before == nullptr) return pms::ReservationAnswer{"not_found"};
  Entry entry = **before;
  if (entry.reservation.state == "cancelled") return done(entry);
  entry.reservation.state = "cancelled";
  if (const auto saved = save(entry); !saved) return saved.error();
  return done(entry);
}

/// The entry with that id or, without an id, that reference; null when there is none.
Result<const Entry*> Mock::look_up(const pms::ReservationKey& key) const {
  if (key.id.empty() && key.reference.empty()) return refused("id or reference: one is needed");
  return key.id.empty() ? hotel_.by_reference(key.reference) : hotel_.by_id(key.id);
}

Status Mock::check_not_past(Date day) const {
  if (day < earliest_today()) return refused("stay: it begins in the past");
  return Done{};
}

/// The hotel has no time zone: a day is past once it is over everywhere, which is at UTC-12.
Date Mock::earliest_today() const {
  const std::chrono::sys_time<std::chrono::milliseconds> now{
      std::chrono::milliseconds(host_.now_ms())};
  return Date(std::chrono::floor<std::chrono::days>(now - std::chrono::hours(12)));
}

/// Stores the entry, then puts it into the book.
/// Errors: retry, somebody else wrote to the same storage, the book was read again and nothing was
/// changed; what cj.kv/1 says.
Status Mock::save(Entry entry) {
  if (config_.persist) {
    const auto stored = host_.kv_put(std::string(kStoragePrefix) + entry.reservation.id,
                                     encode(entry), entry.revision);
    if (!stored) return stored.error();
    if (!*stored) {
      if (const auto loaded = load(); !loaded) return loaded.error();
      return Error{ErrorClass::retry, "mock: the stored book changed beside this one"};
    }
    entry.revision = **stored;
  }
  put(std::move(entry));
  return Done{};
}

/// Puts the entry into the book, and its party at its table.
void Mock::put(Entry entry) {
  const auto& reservation = entry.reservation;
  last_number_ = std::max(last_number_, number_of(reservation.id));
  if (is_table(reservation.stay)) {
    const bool is_kept = reservation.state == kConfirmed;
    const auto seating = seating_of(reservation.stay, restaurant_.turn());
    if (seating) restaurant_.seat(reservation.id, is_kept ? entry.table : "", *seating);
  }
  hotel_.put(std::move(entry));
}

/// Reads every stored reservation. Errors: config, one of them cannot be read.
Status Mock::load() {
  if (!config_.persist) return Done{};
  const auto keys = host_.kv_list(kStoragePrefix);
  if (!keys) return keys.error();
  for (const auto& key : *keys) {
    const auto stored = host_.kv_get(key);
    if (!stored) return stored.error();
    if (!*stored) continue;
    auto entry = decode<Entry>((*stored)->value);
    if (!entry)
      return Error{ErrorClass::config, "mock: stored " + key + ": " + entry.error().message};
    entry->revision = (*stored)->revision;
    put(*std::move(entry));
  }
  return Done{};
}

}  // namespace conserje::mock
