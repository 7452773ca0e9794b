#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "guard/clock.hpp"

namespace conserje {

/// How long to wait after failed attempt number `attempt` (the first is 1): the schedule's entry,
/// varied by up to a fifth either way so that many do not return at once. nullopt: the schedule has
/// come to its end. Pure. unit: a random number in [0, 1). asked: what the other side asked us to
/// wait; the longer of both counts.
inline std::optional<Millis> next_wait(std::span<const Millis> schedule, std::int64_t attempt,
                                       double unit, std::optional<Millis> asked = std::nullopt) {
  if (attempt < 1 || static_cast<std::size_t>(attempt) > schedule.size()) return std::nullopt;
  const auto planned = static_cast<double>(schedule[static_cast<std::size_t>(attempt - 1)].count());
  const Millis varied(static_cast<Millis::rep>(planned * (0.8 + 0.4 * unit)));
  return asked && *asked > varied ? *asked : varied;
}

}  // namespace conserje
