#pragma once

#include <chrono>

namespace conserje {

using Millis = std::chrono::milliseconds;
/// A moment of the wall clock: UTC, milliseconds since 1970.
using WallTime = std::chrono::sys_time<Millis>;
/// A moment of the monotonic clock, the one of cj_call.deadline_ns.
using MonotonicTime = std::chrono::steady_clock::time_point;

/// The time, handed in from outside: nothing else in the host asks the system. Threads: any.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime now() const = 0;
  virtual MonotonicTime monotonic() const = 0;
};

/// The system's clocks.
class SystemClock final : public Clock {
 public:
  WallTime now() const override {
    return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  }
  MonotonicTime monotonic() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace conserje
