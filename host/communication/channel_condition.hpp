#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "conserje/channel_types.hpp"
#include "conserje/result.hpp"
#include "guard/clock.hpp"

namespace conserje {

enum class ChannelState : unsigned char {
  unknown,   // Not asked yet.
  online,    // The provider says that all is well.
  degraded,  // It works, with a reservation of the provider's.
  down,      // kFailuresInARow checks failed.
};
std::string_view to_string(ChannelState state);

/// What is known of one channel's provider.
struct ChannelCondition {
  ChannelState state = ChannelState::unknown;
  std::string detail{};                      // What the provider said last, for people.
  unsigned failures = 0;                     // Checks in a row.
  std::optional<MonotonicTime> restarted{};  // When a restart was last asked for.
  bool warned_of_end = false;                // Of a token or watch that ends soon.

  bool operator==(const ChannelCondition&) const = default;
};

/// What one check comes to.
struct ChannelVerdict {
  ChannelCondition condition{};
  bool changed = false;    // Another state than before, worth a line in the log.
  bool came_back = false;  // It was down, or just begun: what was missed is to be fetched.
  bool restart = false;    // The provider's side is to be restarted.
  bool ends_soon = false;  // Somebody must renew something; said once.

  bool operator==(const ChannelVerdict&) const = default;
};

/// Judges what a health check said. Pure.
ChannelVerdict judge(ChannelCondition before, const Result<channel::ChannelHealth>& said,
                     MonotonicTime now, WallTime wall);

inline constexpr unsigned kFailuresInARow = 2;
inline constexpr std::chrono::minutes kBetweenRestarts{10};
inline constexpr std::chrono::hours kEndsSoon{24};

}  // namespace conserje
