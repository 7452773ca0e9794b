#include "conversation/flood.hpp"

namespace conserje {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

}  // namespace

Pace paced(Session& session, std::int64_t now_ms, unsigned most) {
  if (now_ms - session.minute_ms >= kMinuteMs) {
    session.minute_ms = now_ms;
    session.minute_messages = 0;
  }
  const auto count = ++session.minute_messages;
  if (count <= most) return Pace::answered;
  return count == std::int64_t{most} + 1 ? Pace::asked_to_slow_down : Pace::not_answered;
}

}  // namespace conserje
