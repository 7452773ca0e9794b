#pragma once

#include <optional>
#include <string_view>

#include "conserje/json.hpp"
#include "guard/clock.hpp"

namespace conserje {

/// What write(JsonWriter&, const T&) writes, or null.
template <class T>
void write_or_null(JsonWriter& json, std::string_view name, const std::optional<T>& value) {
  json.key(name);
  if (value) {
    json.value(*value);
  } else {
    json.raw("null");
  }
}

/// A time as every area writes it: ms since 1970, or null.
inline void write_time(JsonWriter& json, std::string_view name,
                       const std::optional<WallTime>& time) {
  json.key(name);
  if (time) {
    json.value(time->time_since_epoch().count());
  } else {
    json.raw("null");
  }
}

}  // namespace conserje
