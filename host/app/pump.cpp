#include "app/pump.hpp"

#include <algorithm>
#include <utility>

namespace conserje {
namespace {

constexpr Millis kRest{50};             // After a step, while others need the machine more.
constexpr Millis kStoreTrouble{1'000};  // Between two looks at a store that fails.
constexpr Millis kLongest{
    60'000};  // A look even when nothing is known to be due: another host may have died.

}  // namespace

Pump::Pump(std::string_view name, unsigned limit, Room room, ThreadPool& pool,
           TimerScheduler& timers, const Clock& clock, Log& log)
    : name_(name),
      room_(std::move(room)),
      pool_(pool),
      timers_(timers),
      clock_(clock),
      log_(log),
      limit_(limit) {}

Pump::~Pump() { stop(); }

void Pump::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  if (stopping_ || resting_ || running_ >= limit_) return;
  ++running_;
  if (!pool_.post([this] { run(); })) --running_;
}

void Pump::change_limit(unsigned limit) {
  const std::lock_guard lock(mutex_);
  limit_ = limit;
}

void Pump::stop() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  if (timer_) timers_.cancel(*timer_);
  idle_.wait(lock, [this] { return running_ == 0; });
}

void Pump::run() {
  do {
    while (begin_step()) {
      const auto more = room_.step();
      if (!more) log_.error("the store failed", {{"room", name_}, {"error", more.error().message}});
      if (!more || !*more) break;
      if (room_.give_way()) return rest();
      wake();  // More may be waiting than one of us can do.
    }
    sleep_until_due();
  } while (!finish_unless_woken());
}

bool Pump::begin_step() {
  const std::lock_guard lock(mutex_);
  if (running_ > limit_) return false;
  woken_ = false;
  return !stopping_ && !resting_;
}

bool Pump::finish_unless_woken() {
  const std::lock_guard lock(mutex_);
  if (woken_ && !stopping_ && !resting_ && running_ <= limit_) return false;
  --running_;
  idle_.notify_all();
  return true;
}

void Pump::rest() {
  const std::lock_guard lock(mutex_);
  --running_;
  idle_.notify_all();
  if (stopping_ || std::exchange(resting_, true)) return;
  timers_.schedule(kRest, [this] {
    {
      const std::lock_guard again(mutex_);
      resting_ = false;
    }
    wake();
  });
}

void Pump::sleep_until_due() {
  const auto due = room_.next_due();
  const auto now = clock_.now();
  WallTime at = now + kLongest;
  if (!due) at = now + kStoreTrouble;
  if (due && *due) at = std::clamp(**due, now + Millis(1), at);

  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  if (timer_ && timer_at_ <= at && timer_at_ > now) return;
  if (timer_) timers_.cancel(*timer_);
  timer_at_ = at;
  timer_ = timers_.schedule(at - now, [this] { wake(); });
}

}  // namespace conserje
