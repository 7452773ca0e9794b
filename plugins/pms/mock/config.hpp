#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "conserje/config.hpp"

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
  read_optional_member(json, "max_nights", config.max_nights);
  read_optional_member(json, "seed", config.seed);
  read_optional_member(json, "persist", config.persist);
  read_optional_member(json, "faults", config.faults);
}

}  // namespace conserje::mock
