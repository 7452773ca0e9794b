#pragma once

#include "guard/clock.hpp"

namespace conserje {

/// Keeps calls away from a service that is down: closed -> (failures in a row) -> open -> (time) ->
/// half open, where one call at a time may try -> closed or open again. Pure: the time is passed
/// in. Threads: one at a time.
class CircuitBreaker {
 public:
  enum class State : unsigned char {
    closed,
    half_open,
    open
  };  // As in pms_circuit_breaker_state: 0, 1, 2.
  struct Settings {
    int failures = 5;         // In a row, until it opens.
    Millis open_for{30'000};  // Until one call may try.
  };

  explicit CircuitBreaker(Settings settings) : settings_(settings) {}

  /// Whether a call may go out now. Every true is followed by succeeded() or failed().
  bool allows(MonotonicTime now) {
    if (state_ == State::closed) return true;
    if (state_ == State::open && now - opened_ < settings_.open_for) return false;
    if (state_ == State::half_open && trying_) return false;
    state_ = State::half_open;
    trying_ = true;
    return true;
  }
  void succeeded() {
    state_ = State::closed;
    failures_ = 0;
    trying_ = false;
  }
  void failed(MonotonicTime now) {
    trying_ = false;
    if (state_ == State::closed && ++failures_ < settings_.failures) return;
    state_ = State::open;
    opened_ = now;
    failures_ = 0;
  }
  State state() const { return state_; }

 private:
  Settings settings_;
  State state_ = State::closed;
  int failures_ = 0;
  bool trying_ = false;
  MonotonicTime opened_{};
};

}  // namespace conserje
