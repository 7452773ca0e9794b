#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace bench {

/// Sends requests at an even pace, whatever the server does: each has its moment, and its latency
/// counts from that. As many connections as it takes. From its construction, on a thread of its
/// own, until stop() or the last request.
class PacedLoader {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Sample {
    Time due{};
    std::chrono::nanoseconds latency{};
    std::size_t request = 0;
    bool acknowledged = false;  // With 200.
  };

  /// `requests` outlive the loader.
  PacedLoader(std::uint16_t port, double per_second, std::span<const std::string> requests);
  /// Sends no more and waits for the last answers. Throws when a connection broke.
  std::vector<Sample> stop();

 private:
  void run(std::uint16_t port, std::chrono::nanoseconds pace,
           std::span<const std::string> requests);

  std::atomic<bool> stopping_{false};
  std::vector<Sample> samples_{};
  std::string failed_{};
  std::jthread thread_;
};

}  // namespace bench
