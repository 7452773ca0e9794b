#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace conserje::nlu {

/// Keeps questions away from a server that does not answer, so that a guest waits for it no longer
/// than for kFailures of his sentences: closed -> (failures in a row) -> open -> (time) -> one
/// question may try. The time is passed in. Threads: any.
class Breaker {
 public:
  static constexpr int kFailures = 3;
  static constexpr std::chrono::milliseconds kOpenFor{30'000};

  /// Whether to ask now. Every true is followed by succeeded() or failed().
  bool allows(std::uint64_t now_ns) {
    const std::lock_guard lock(mutex_);
    if (failures_ < kFailures && now_ns >= rests_until_ns_) return true;
    if (now_ns < rests_until_ns_ || is_trying_) return false;
    is_trying_ = true;
    return true;
  }
  void succeeded() {
    const std::lock_guard lock(mutex_);
    failures_ = 0;
    is_trying_ = false;
  }
  /// `wait`: how long the server asked to be left alone.
  void failed(std::uint64_t now_ns, std::optional<std::chrono::milliseconds> wait = {}) {
    const std::lock_guard lock(mutex_);
    is_trying_ = false;
    if (failures_ < kFailures) ++failures_;
    if (failures_ == kFailures && !wait) wait = kOpenFor;
    if (wait)
      rests_until_ns_ =
          now_ns + static_cast<std::uint64_t>(std::chrono::nanoseconds(*wait).count());
  }
  bool is_open() const {
    const std::lock_guard lock(mutex_);
    return failures_ == kFailures;
  }

 private:
  mutable std::mutex mutex_;
  int failures_ = 0;  // In a row, at most kFailures.
  bool is_trying_ = false;
  std::uint64_t rests_until_ns_ = 0;  // Whatever the failures.
};

}  // namespace conserje::nlu
