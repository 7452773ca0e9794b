#pragma once

#include <atomic>

#include "guard/clock.hpp"

namespace conserje {

/// A clock that stands still until it is advanced; it begins at 2026-08-05 09:00:00 UTC. Threads:
/// any.
class FakeClock final : public Clock {
 public:
  WallTime now() const override { return WallTime(Millis(1'785'920'400'000)) + passed_.load(); }
  MonotonicTime monotonic() const override {
    return MonotonicTime(std::chrono::hours(1)) + passed_.load();
  }

  void advance(Millis time) { passed_ = passed_.load() + time; }

 private:
  std::atomic<Millis> passed_{Millis(0)};
};

}  // namespace conserje
