#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

#include "app/thread_pool.hpp"
#include "guard/clock.hpp"
#include "ops/log.hpp"
#include "plugin/services.hpp"

namespace conserje {

/// Runs a room's `step` on the pool for as long as it finds something to do, at most `limit` at
/// once; sleeps until somebody wakes it or the next row is due. An idle pump costs nothing.
/// Threads: any.
class Pump {
 public:
  struct Room {
    std::function<Result<bool>()> step;                         // True: there may be more.
    std::function<Result<std::optional<WallTime>>()> next_due;  // When to look again unasked.
    std::function<bool()> give_way;  // True: others need the machine more; one step, then a rest.
  };

  /// All outlive the Pump.
  Pump(std::string_view name, unsigned limit, Room room, ThreadPool& pool, TimerScheduler& timers,
       const Clock& clock, Log& log);
  /// Waits for the steps under way.
  ~Pump();

  /// There may be something to do.
  void wake();
  /// At most so many at once from now on; those beyond it end after their step.
  void change_limit(unsigned limit);
  /// Begins no more steps, and waits for those under way.
  void stop();

 private:
  void run();
  bool begin_step();
  void rest();
  void sleep_until_due();
  bool finish_unless_woken();

  const std::string name_;
  const Room room_;
  ThreadPool& pool_;
  TimerScheduler& timers_;
  const Clock& clock_;
  Log& log_;

  std::mutex mutex_{};  // Guards what follows.
  std::condition_variable idle_{};
  unsigned limit_;
  unsigned running_ = 0;
  bool woken_ = false;
  bool resting_ = false;  // Until a timer ends it.
  bool stopping_ = false;
  std::optional<TimerScheduler::Id> timer_{};
  WallTime timer_at_{};
};

}  // namespace conserje
