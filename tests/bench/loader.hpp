#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct Load {
  std::uint16_t port = 0;
  int connections = 1;
  std::chrono::nanoseconds warm_up{};
  std::chrono::nanoseconds measured{};
  /// Sent in this order, each connection the next as soon as it has its answer. When they run out:
  /// from the beginning if `again`, else that is the end.
  std::span<const std::string> requests{};
  bool again = false;
};

struct Measurement {
  double per_second = 0;  // Requests answered with 200, after the warm-up.
  double p50_ms = 0;
  double p99_ms = 0;
  std::vector<std::size_t>
      acknowledged{};       // Indices of requests answered with 200, warm-up included.
  std::size_t refused = 0;  // Answered with anything else.
};

/// The bytes of the HTTP answer that `received` begins with; 0 while it is not whole.
std::size_t answer_size(std::string_view received);

/// Loads a server of this machine from one thread, and waits for the last answers. Throws when a
/// connection breaks.
Measurement run(const Load& load);

}  // namespace bench
