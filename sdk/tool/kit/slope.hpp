#pragma once

#include <cstddef>
#include <string>

#include "kit/check.hpp"
#include "kit/measure.hpp"

namespace conserje::kit {

/// The least that counts as a leak: bytes a round, in both halves of the rounds. What an allocator
/// keeps for itself, and a cache that fills up once, is less.
inline constexpr std::size_t kLeakPerRound = 8;

/// Runs `body` a quarter of `rounds` times for whatever is made once, then twice `rounds` times,
/// and holds the heap of both halves against each other. Throws Broken when both have grown.
template <class F>
void expect_flat_heap(Subject& subject, const std::string& what, std::size_t rounds, F&& body) {
  const auto run = [&](std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) body();
    return heap_in_use();
  };
  const auto warm = run(rounds / 4 + 1);
  const auto middle = run(rounds);
  const auto end = run(rounds);
  const auto grown = [](std::size_t from, std::size_t to) { return to > from ? to - from : 0; };
  const auto first = grown(warm, middle) / rounds;
  const auto second = grown(middle, end) / rounds;
  subject.note(std::to_string(first) + " and " + std::to_string(second) + " bytes a round");
  require(first < kLeakPerRound || second < kLeakPerRound,
          what + " leaves " + std::to_string(second) + " bytes behind",
          "everything freed or released");
}

}  // namespace conserje::kit
