#include <algorithm>

#include "pipeline/utf8.hpp"
#include "plugin/services/context.hpp"

namespace conserje {
namespace {

constexpr std::size_t kMostTimers = 64;  // cj.h, cj.timer/1
constexpr std::size_t kNameBytes = 128;
constexpr std::uint64_t kLongestMs = 366ULL * 24 * 3'600'000;
constexpr Millis kShortestPeriod{100};

Millis to_millis(std::uint64_t ms) {
  return Millis(static_cast<std::int64_t>(std::min(ms, kLongestMs)));
}

void schedule(const std::shared_ptr<ServiceContext>& context, const std::string& name,
              ServiceContext::Timer& timer, Millis after);

/// Runs on the worker pool. The plugin's method runs between enter() and leave(), so that closing
/// waits for it.
void fire(const std::shared_ptr<ServiceContext>& context, const std::string& name,
          std::uint64_t generation) {
  if (!context->enter()) return;
  bool is_due = false;
  {
    const std::lock_guard lock(context->mutex);
    const auto timer = context->timers.find(name);
    if (timer != context->timers.end() && timer->second.generation == generation) {
      is_due = true;
      if (timer->second.every == Millis(0)) {
        context->timers.erase(timer);
      } else {
        schedule(context, name, timer->second, timer->second.every);
      }
    }
  }
  if (is_due) context->client->timer_due(name);
  context->leave();
}

void schedule(const std::shared_ptr<ServiceContext>& context, const std::string& name,
              ServiceContext::Timer& timer, Millis after) {
  timer.id = context->sources.timers->schedule(
      after, [weak = std::weak_ptr(context), name, generation = timer.generation] {
        if (const auto alive = weak.lock()) fire(alive, name, generation);
      });
}

std::uint32_t set(ServiceContext& context, cj_str name, std::uint64_t after_ms,
                  std::uint64_t every_ms) {
  const auto text = context.text(name);
  if (!text) return kMisused;
  if (text->empty() || text->size() > kNameBytes || valid_utf8_prefix(*text) != text->size())
    return CJ_STATUS(CJ_CLASS_PERMANENT, 0);
  const std::lock_guard lock(context.mutex);
  auto timer = context.timers.find(*text);
  if (timer != context.timers.end()) {
    context.sources.timers->cancel(timer->second.id);
  } else if (context.timers.size() == kMostTimers) {
    return CJ_TOO_LARGE;
  } else {
    timer = context.timers.emplace(*text, ServiceContext::Timer{}).first;
  }
  timer->second.generation = ++context.timer_generations;
  timer->second.every = every_ms == 0 ? Millis(0) : std::max(to_millis(every_ms), kShortestPeriod);
  schedule(context.shared_from_this(), timer->first, timer->second, to_millis(after_ms));
  return CJ_OK;
}

std::uint32_t clear(ServiceContext& context, cj_str name) {
  const auto text = context.text(name);
  if (!text) return kMisused;
  const std::lock_guard lock(context.mutex);
  const auto timer = context.timers.find(*text);
  if (timer == context.timers.end()) return CJ_NOT_FOUND;
  context.sources.timers->cancel(timer->second.id);
  context.timers.erase(timer);
  return CJ_OK;
}

constexpr cj_timer_v1 kTable = {
    {sizeof(cj_timer_v1), 1, 0},
    [](void* ctx, cj_str name, std::uint64_t after_ms, std::uint64_t every_ms) {
      return serve_status(
          ctx, [&](ServiceContext& context) { return set(context, name, after_ms, every_ms); });
    },
    [](void* ctx, cj_str name) {
      return serve_status(ctx, [&](ServiceContext& context) { return clear(context, name); });
    }};

}  // namespace

const cj_ext_header* timer_service(const ServiceContext& context) {
  return context.sources.timers != nullptr ? &kTable.header : nullptr;
}

void clear_timers(ServiceContext& context) {
  const std::lock_guard lock(context.mutex);
  for (const auto& [name, timer] : context.timers) context.sources.timers->cancel(timer.id);
  context.timers.clear();
}

}  // namespace conserje
