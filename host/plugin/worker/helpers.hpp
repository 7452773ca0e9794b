#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace conserje {

/// A few threads, each started when there is work and none is free, which run what is given to
/// them. Threads: any.
class Helpers {
 public:
  explicit Helpers(std::size_t most) : most_(most) {}
  /// Runs what still waits, and joins.
  ~Helpers();
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;

  /// The caller sees to it that what waits has a bound.
  void post(std::function<void()> task);

 private:
  void run();

  const std::size_t most_;
  std::mutex mutex_{};  // Guards what follows.
  std::condition_variable posted_{};
  std::deque<std::function<void()>> tasks_{};
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::jthread> threads_{};
};

}  // namespace conserje
