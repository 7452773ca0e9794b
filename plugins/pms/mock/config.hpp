#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/config.hpp"
#include "conserje/date_time.hpp"

/// The settings of pms/mock: config.schema.json as structs.
namespace conserje::mock {

struct Room {
  std::string type{};
  std::string name{};
  std::string description{};
  std::int64_t capacity = 0;
  std::int64_t count = 0;
  std::int64_t price_minor = 0;
  std::int64_t weekend_surcharge_minor = 0;

  bool operator==(const Room&) const = default;
};

/// Tables of one kind.
struct TableGroup {
  std::string area{};
  std::string name{};  // Of the area, for guests.
  std::int64_t seats = 0;
  std::int64_t min_party = 1;
  std::int64_t count = 0;

  bool operator==(const TableGroup&) const = default;
};

/// Between the first and the last arrival, in minutes since midnight, both inclusive.
struct ServiceSpan {
  std::chrono::minutes first{};
  std::chrono::minutes last{};

  bool operator==(const ServiceSpan&) const = default;
};

/// A restaurant; without tables there is none.
struct RestaurantConfig {
  std::vector<TableGroup> tables{};
  std::array<std::vector<ServiceSpan>, 7> services{};  // By weekday::c_encoding(): Sunday is 0.
  std::vector<Date> closed{};                          // Whatever the weekday.
  std::int64_t slot_minutes = 30;
  std::int64_t turn_minutes = 120;

  bool operator==(const RestaurantConfig&) const = default;
};

struct Fault {
  std::string method{};  // "*": all
  std::int64_t every = 1;
  std::int64_t times = 0;  // 0: for ever
  std::string error{};     // Empty: the call is only late.
  std::int64_t retry_after_ms = 0;
  std::int64_t delay_ms = 0;
  bool after_write = false;

  bool operator==(const Fault&) const = default;
};

struct Config {
  std::string currency = "USD";
  std::vector<Room> rooms{};  // Never missing: the schema has a default.
  RestaurantConfig restaurant{};
  std::int64_t max_nights = 60;
  std::int64_t seed = 1000;
  bool persist = false;
  std::vector<Fault> faults{};

  bool operator==(const Config&) const = default;
};

inline void read(const Json& json, Room& room) {
  expect_object(json, "room");
  read_member(json, "type", room.type);
  read_member(json, "name", room.name);
  read_optional_member(json, "description", room.description);
  read_member(json, "capacity", room.capacity);
  read_member(json, "count", room.count);
  read_member(json, "price_minor", room.price_minor);
  read_optional_member(json, "weekend_surcharge_minor", room.weekend_surcharge_minor);
}

inline void read(const Json& json, TableGroup& tables) {
  expect_object(json, "table");
  read_member(json, "area", tables.area);
  read_member(json, "name", tables.name);
  read_member(json, "seats", tables.seats);
  read_optional_member(json, "min_party", tables.min_party);
  read_member(json, "count", tables.count);
}

/// "20:00-23:30". Throws: it is not that, or ends before it begins.
inline ServiceSpan service_span(std::string_view text) {
  const auto dash = text.find('-');
  const auto first = parse_clock(text.substr(0, dash));
  const auto last =
      dash == std::string_view::npos ? std::nullopt : parse_clock(text.substr(dash + 1));
  if (!first || !last || *last < *first)
    throw std::runtime_error("services: " + std::string(text) +
                             ": the first and the last arrival are needed, such as 20:00-23:30");
  return {*first, *last};
}

inline void read(const Json& json, RestaurantConfig& restaurant) {
  expect_object(json, "restaurant");
  read_member(json, "tables", restaurant.tables);
  constexpr const char* kDays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  std::vector<std::string> texts;
  for (std::size_t day = 0; day < restaurant.services.size(); ++day) {
    texts.clear();
    if (json.contains("services")) read_optional_member(json["services"], kDays[day], texts);
    for (const auto& text : texts) restaurant.services[day].push_back(service_span(text));
  }
  texts.clear();
  read_optional_member(json, "closed", texts);
  for (const auto& text : texts) {
    const auto date = parse_date(text);
    if (!date) throw std::runtime_error("closed: " + text + ": a date like 2026-12-25 is needed");
    restaurant.closed.push_back(*date);
  }
  read_optional_member(json, "slot_minutes", restaurant.slot_minutes);
  read_optional_member(json, "turn_minutes", restaurant.turn_minutes);
}

inline void read(const Json& json, Fault& fault) {
  expect_object(json, "fault");
  read_member(json, "method", fault.method);
  read_optional_member(json, "every", fault.every);
  read_optional_member(json, "times", fault.times);
  read_optional_member(json, "error", fault.error);
  read_optional_member(json, "retry_after_ms", fault.retry_after_ms);
  read_optional_member(json, "delay_ms", fault.delay_ms);
  read_optional_member(json, "after_write", fault.after_write);
}

inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_optional_member(json, "currency", config.currency);
  read_member(json, "rooms", config.rooms);
  read_optional_member(json, "restaurant", config.restaurant);
  read_optional_member(json, "max_nights", config.max_nights);
  read_optional_member(json, "seed", config.seed);
  read_optional_member(json, "persist", config.persist);
  read_optional_member(json, "faults", config.faults);
}

}  // namespace conserje::mock
