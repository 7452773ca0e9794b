#pragma once

#include <optional>

#include "guard/local_time.hpp"
#include "pipeline/pipeline.hpp"

namespace conserje {

/// When the staff comes next, in the house's time zone.
struct Opening {
  Date date{};
  std::chrono::minutes time{};  // Since midnight.

  bool operator==(const Opening&) const = default;
};

/// Whether somebody of the staff is there. Pure.
bool is_open(const BusinessHours& hours, const LocalTime& now);

/// The next opening after `now`; nullopt: none within kOpeningsLookAhead. Pure.
std::optional<Opening> next_opening(const BusinessHours& hours, const LocalTime& now);

/// How far holidays may follow each other.
inline constexpr int kOpeningsLookAhead = 60;  // Days.

}  // namespace conserje
