#pragma once

#include <functional>
#include <memory>

#include "conserje/result.hpp"
#include "guard/clock.hpp"

namespace conserje {

/// Threads on which plugins' calls run, so that a call which never returns costs one of these and
/// not its caller. They begin when they are needed, and end when nothing has needed them for a
/// while; how many there can be is bounded by the slots of the plugins that use them. Threads: any.
class CallThreads {
 public:
  CallThreads();
  /// As stop() without a wait.
  ~CallThreads();
  CallThreads(const CallThreads&) = delete;
  CallThreads& operator=(const CallThreads&) = delete;

  /// Runs `call` on a thread of its own, at once. False: the system has no more threads, or stop()
  /// was called; `call` is not run.
  bool run(std::function<void()> call);

  /// Takes no more calls and waits for those that run. False: some did not return within `wait`;
  /// their threads are left behind, and what they use must be left to them for good.
  bool stop(Millis wait);

 private:
  struct State;
  const std::shared_ptr<State> state_;  // Threads that are left behind hold it, too.
};

}  // namespace conserje
