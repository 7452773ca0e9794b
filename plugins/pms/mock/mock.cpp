#include "mock.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>
#include <utility>

namespace conserje::mock {
namespace {

constexpr std::string_view kIdPrefix = "M-";
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

  if (fault && fault->after_write)
    if (const auto suffered = faults_.suffer(host_, call, *fault); !suffered)
      return suffered.error();
  return outcome;
}

Result<pms::Availability> Mock::availability(const Call& call,
                                             const pms::AvailabilityRequest& request) {
  return answer(call, "availability", [&]() -> Result<pms::Availability> {
    const auto nights = nights_of(request.stay, config_.max_nights);
    if (!nights) return nights.error();
    if (const auto status = check_not_past(*nights); !status) return status.error();
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

Result<pms::ReservationAnswer> Mock::book(const pms::ReservationRequest& request, std::string key) {
  if (request.reference.empty()) return refused("reference: is empty");
  for (const Entry* made : {hotel_.by_key(key), hotel_.by_reference(request.reference)}) {
    if (made == nullptr) continue;
    if (made->request == request) return done(*made);
    return refused("the idempotency key or the reference belongs to another request");
  }

  const auto nights = nights_of(request.stay, config_.max_nights);
  if (!nights) return nights.error();
  if (const auto status = check_not_past(*nights); !status) return status.error();
  const Room* room = hotel_.room(request.room_type);
  if (room == nullptr) return refused("room_type: there is no " + request.room_type);
  if (room->capacity < request.stay.adults + request.stay.children ||
      hotel_.free_rooms(*room, *nights) < 1)
    return pms::ReservationAnswer{"no_availability"};
  const pms::Money total = hotel_.price(*room, *nights);
  if (request.expected_total && *request.expected_total != total)
    return refused("expected_total: the price is another one now");

  const Entry entry{.reservation = {.id = std::string(kIdPrefix) + std::to_string(last_number_ + 1),
                                    .reference = request.reference,
                                    .state = "confirmed",
                                    .guest_name = request.guest_name,
                                    .guest_key = request.guest_key,
                                    .room_type = room->type,
                                    .room_name = room->name,
                                    .stay = request.stay,
                                    .total = total,
                                    .created_at_ms = host_.now_ms()},
                    .request = request,
                    .key = std::move(key),
                    .notes = request.notes};
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
    const auto nights = nights_of(reservation.stay, config_.max_nights);
    if (!nights) return nights.error();
    // Who is in the house may stay longer: only another day of arrival must not be past.
    if (reservation.stay.check_in != before->reservation.stay.check_in)
      if (const auto status = check_not_past(*nights); !status) return status.error();
    const Room* room = hotel_.room(reservation.room_type);
    if (room == nullptr) return refused("room_type: there is no " + reservation.room_type);
    if (room->capacity < reservation.stay.adults + reservation.stay.children ||
        hotel_.free_rooms(*room, *nights, before) < 1)
      return pms::ReservationAnswer{"no_availability"};
    reservation.room_name = room->name;
    reservation.total = hotel_.price(*room, *nights);
  }
  if (const auto saved = save(entry); !saved) return saved.error();
  return done(entry);
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

Status Mock::check_not_past(const Nights& nights) const {
  if (nights.from < earliest_today()) return refused("stay: it begins in the past");
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
  last_number_ = std::max(last_number_, number_of(entry.reservation.id));
  hotel_.put(std::move(entry));
  return Done{};
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
    last_number_ = std::max(last_number_, number_of(entry->reservation.id));
    hotel_.put(*std::move(entry));
  }
  return Done{};
}

}  // namespace conserje::mock
