#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace conserje {

/// Randomness for jitter, ids and secrets, handed in from outside. Threads: any.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) = 0;

  /// 64 random bits.
  std::uint64_t bits() {
    std::uint64_t value = 0;
    fill(std::as_writable_bytes(std::span(&value, 1)));
    return value;
  }
  /// A number in [0, 1).
  double unit() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
};

}  // namespace conserje
