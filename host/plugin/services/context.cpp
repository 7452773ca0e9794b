#include "plugin/services/context.hpp"

#include "plugin/metric_names.hpp"

namespace conserje {

ServiceContext::ServiceContext(const PluginUse& use, const Manifest& manifest,
                               const ServiceSources& given)
    : plugin(use.name),
      permissions(manifest.permissions),
      sources(given),
      log(given.log.with({{"plugin", use.name}})),
      http_access(permissions.http, use.config,
                  [&](std::string_view handle) {
                    return given.secrets ? given.secrets(use.name, handle) : std::nullopt;
                  }),
      late_calls_(given.metrics->counter(metric::kPluginMisuse, {use.name, "late host call"})) {}

bool ServiceContext::enter() {
  if ((state_.fetch_add(1) & kClosedBit) == 0) return true;
  leave();
  late_calls_.add();
  return false;
}

void ServiceContext::leave() {
  if (state_.fetch_sub(1) - 1 != kClosedBit) return;
  const std::lock_guard lock(idle_mutex_);
  idle_.notify_all();
}

bool ServiceContext::close(MonotonicTime deadline) {
  state_.fetch_or(kClosedBit);
  stop.request_stop();
  clear_timers(*this);
  std::unique_lock lock(idle_mutex_);
  return idle_.wait_for(lock, deadline - sources.clock->monotonic(),
                        [&] { return state_.load() == kClosedBit; });
}

std::optional<std::string_view> ServiceContext::text(cj_str from) {
  if (from.data != nullptr || from.size == 0) return view(from);
  misuse("null text");
  return std::nullopt;
}

}  // namespace conserje
