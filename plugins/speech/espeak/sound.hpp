#pragma once

#include <cstdint>
#include <vector>

namespace conserje::espeak {

/// One channel of linear samples.
struct Sound {
  std::vector<std::int16_t> samples{};
  std::int32_t rate = 0;  // Samples in a second.

  std::int64_t duration_ms() const {
    return rate > 0 ? static_cast<std::int64_t>(samples.size()) * 1000 / rate : 0;
  }
  bool operator==(const Sound&) const = default;
};

}  // namespace conserje::espeak
