#pragma once

#include "guard/random.hpp"

namespace conserje {

/// The kernel's randomness. Threads: any.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override;
};

}  // namespace conserje
