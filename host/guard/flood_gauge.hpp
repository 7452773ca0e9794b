#pragma once

#include <cstdint>
#include <mutex>

#include "guard/clock.hpp"

namespace conserje {

/// Whether events come faster than a limit: counted in windows of time, judged by the present one
/// and the one before. Pure but for its counts: the time is passed in. Threads: any.
class FloodGauge {
 public:
  /// A flood is `per_window` events or more in one of the two windows.
  FloodGauge(std::int64_t per_window, Millis window) : per_window_(per_window), window_(window) {}

  void count(WallTime now) {
    const std::lock_guard lock(mutex_);
    const auto index = now.time_since_epoch() / window_;
    if (index != index_) {
      before_ = index == index_ + 1 ? present_ : 0;
      present_ = 0;
      index_ = index;
    }
    ++present_;
  }

  bool flooded(WallTime now) const {
    const std::lock_guard lock(mutex_);
    const auto age = now.time_since_epoch() / window_ - index_;
    if (age == 0) return present_ >= per_window_ || before_ >= per_window_;
    return age == 1 && present_ >= per_window_;
  }

 private:
  const std::int64_t per_window_;
  const Millis window_;
  mutable std::mutex mutex_{};
  std::int64_t index_ = 0;  // Of the present window.
  std::int64_t present_ = 0;
  std::int64_t before_ = 0;
};

}  // namespace conserje
