#include "communication/channel_watch.hpp"

#include "ops/metric_names.hpp"

namespace conserje {

bool ChannelWatch::look(const std::string& channel) {
  return conclude(channel, parts_.health(channel), true);
}

ChannelCondition ChannelWatch::condition(const std::string& channel) const {
  const std::lock_guard lock(mutex_);
  const auto found = conditions_.find(channel);
  return found == conditions_.end() ? ChannelCondition{} : found->second;
}

bool ChannelWatch::conclude(const std::string& channel, const Result<channel::ChannelHealth>& said,
                            bool may_restart) {
  const auto verdict =
      judge(condition(channel), said, parts_.clock.monotonic(), parts_.clock.now());
  const auto& now = verdict.condition;
  {
    const std::lock_guard lock(mutex_);
    conditions_[channel] = now;
  }
  parts_.metrics.gauge(metric::kChannelStatus, {channel}).set(static_cast<double>(now.state));
  const auto log = parts_.log.with(
      {{"channel", channel}, {"state", to_string(now.state)}, {"detail", now.detail}});
  if (verdict.changed && now.state == ChannelState::down) {
    log.error("the channel is down");
  } else if (verdict.changed && now.state == ChannelState::degraded) {
    log.warn("the channel is degraded");
  } else if (verdict.changed) {
    log.info("the channel is online");
  }
  if (verdict.ends_soon)
    log.warn("the channel's access ends within a day unless somebody renews it");
  if (!verdict.restart || !may_restart) return verdict.came_back;

  log.warn("the channel's provider is asked to restart");
  parts_.metrics.counter(metric::kChannelRestarts, {channel}).add();
  return conclude(channel, parts_.restart(channel), false);
}

}  // namespace conserje
