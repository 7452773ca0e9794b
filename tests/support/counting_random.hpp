#pragma once

#include <atomic>

#include "guard/random.hpp"

namespace conserje {

/// Randomness that can be foretold: its calls fill with 0x00, 0x01, 0x02, ... Threads: any.
class CountingRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    const auto value = static_cast<std::byte>(calls_++);
    for (auto& byte : out) byte = value;
  }

 private:
  std::atomic<unsigned char> calls_ = 0;
};

}  // namespace conserje
