#include "communication/channel_condition.hpp"

#include <utility>

namespace conserje {
namespace {

/// A failed check: the second in a row is the end of what was before.
void note_failure(ChannelCondition& now, std::string detail) {
  now.detail = std::move(detail);
  if (++now.failures >= kFailuresInARow) now.state = ChannelState::down;
}

bool ends_soon(const channel::ChannelHealth& health, WallTime wall) {
  return health.expires_at_ms > 0 && WallTime(Millis(health.expires_at_ms)) - wall < kEndsSoon;
}

}  // namespace

std::string_view to_string(ChannelState state) {
  switch (state) {
    case ChannelState::unknown: return "unknown";
    case ChannelState::online: return "online";
    case ChannelState::degraded: return "degraded";
    case ChannelState::down: return "down";
  }
  return "";
}

ChannelVerdict judge(ChannelCondition before, const Result<channel::ChannelHealth>& said,
                     MonotonicTime now, WallTime wall) {
  ChannelVerdict verdict{.condition = before};
  auto& condition = verdict.condition;
  if (!said || said->state == "down") {
    note_failure(condition, said ? said->detail : said.error().message);
    const bool is_time = !condition.restarted || now - *condition.restarted >= kBetweenRestarts;
    verdict.restart =
        said && said->restart_helps && is_time && condition.state == ChannelState::down;
    if (verdict.restart) condition.restarted = now;
  } else {
    condition.failures = 0;
    condition.detail = said->detail;
    condition.state = said->state == "ok" ? ChannelState::online : ChannelState::degraded;
    const bool soon = ends_soon(*said, wall);
    verdict.ends_soon = soon && !before.warned_of_end;
    condition.warned_of_end = soon;
    verdict.came_back = before.state == ChannelState::unknown || before.state == ChannelState::down;
  }
  verdict.changed = condition.state != before.state;
  return verdict;
}

}  // namespace conserje
