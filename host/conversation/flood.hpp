#pragma once

#include <cstdint>

#include "conversation/session.hpp"

namespace conserje {

/// What a guest who writes this often gets.
enum class Pace : unsigned char {
  answered,
  asked_to_slow_down,  // The first one beyond the budget of a minute.
  not_answered,        // All others of that minute: kept, and neither understood nor answered.
};

/// Counts one more message of the guest, which came at `now_ms`, in his session. most: in a minute
/// from the first one. Pure but for the session.
Pace paced(Session& session, std::int64_t now_ms, unsigned most);

}  // namespace conserje
