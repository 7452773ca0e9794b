#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config.hpp"
#include "conserje/pms_types.hpp"
#include "conserje/result.hpp"
#include "conserje/time.hpp"

namespace conserje::mock {

/// The nights of a stay: from the day of arrival, to the day of departure, exclusive.
struct Nights {
  Date from{};
  Date to{};

  int count() const { return days_between(from, to); }
  bool operator==(const Nights&) const = default;
};

/// The nights of a stay that makes sense: two dates, at least one night and one adult, at most
/// `max_nights`. Errors: permanent.
Result<Nights> nights_of(const pms::Stay& stay, std::int64_t max_nights);

/// One reservation, with what only the hotel remembers of it.
struct Entry {
  pms::Reservation reservation{};
  pms::ReservationRequest request{};  // As it was made: what a repetition is compared with.
  std::string key{};                  // The idempotency key it was made with.
  std::string notes{};
  std::string table{};         // Of a table's stay: which one is kept.
  std::uint64_t revision = 0;  // In cj.kv/1; 0: not there yet. Not part of the JSON.

  bool operator==(const Entry&) const = default;
};
void write(JsonWriter& out, const Entry& entry);
void read(const Json& json, Entry& entry);

/// The book of reservations and the arithmetic over it. Pure: no I/O, no clock. Threads: one at a
/// time.
class Hotel {
 public:
  Hotel(std::vector<Room> rooms, std::string currency)
      : rooms_(std::move(rooms)), currency_(std::move(currency)) {}

  /// The room type of that key, or null.
  const Room* room(std::string_view type) const;

  /// Rooms left on the scarcest of the nights; `without` is counted as if it were not there.
  std::int64_t free_rooms(const Room& room, const Nights& nights,
                          const Entry* without = nullptr) const;

  /// All nights of one room.
  pms::Money price(const Room& room, const Nights& nights) const;

  /// What can be had for the party, cheapest first, then in the order of the configuration.
  /// `type`: only this one; empty: any.
  std::vector<pms::RoomOffer> offers(const Nights& nights, std::int64_t guests,
                                     std::string_view type) const;

  /// Adds an entry, or replaces the one of the same id.
  void put(Entry entry);

  /// Null when there is none. Valid until the next put.
  const Entry* by_id(std::string_view id) const;
  const Entry* by_reference(std::string_view reference) const;
  const Entry* by_key(std::string_view key) const;

  /// A guest's confirmed reservations that end on `from` or later, the soonest first.
  std::vector<pms::Reservation> of_guest(std::string_view guest_key, Date from) const;
  /// Confirmed reservations that arrive from `from` to before `to`, the soonest first.
  std::vector<pms::Reservation> arrivals(Date from, Date to) const;

  const std::map<std::string, Entry, std::less<>>& entries() const { return entries_; }

 private:
  using Index = std::map<std::string, std::string, std::less<>>;

  void count_nights(const pms::Reservation& reservation, int by);
  const Entry* find(const Index& index, std::string_view name) const;

  std::vector<Room> rooms_;
  std::string currency_;
  std::map<std::string, Entry, std::less<>> entries_{};  // By id.
  Index id_of_reference_{};
  Index id_of_key_{};
  std::multimap<std::string, std::string, std::less<>> ids_of_guest_{};
  std::map<std::string, std::map<Date, std::int64_t>, std::less<>> sold_{};  // By type and night.
};

}  // namespace conserje::mock
