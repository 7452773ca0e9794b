#pragma once

#include <memory>

#include "kit/instance.hpp"

namespace conserje::kit {

/// Where an instance of the plugin sits: here, or in a worker process. Whoever asks cannot tell.
class Seat {
 public:
  virtual ~Seat() = default;
  Seat() = default;
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  /// The host of the instance: its faults are those of both sides.
  virtual KitHost& host() = 0;
  virtual Answer ask(const Question& question) = 0;
};

/// A started instance in this process.
std::unique_ptr<Seat> seat_here(Subject& subject);

/// A started instance in a worker of `options().conserje`. Throws Skipped where there is none.
std::unique_ptr<Seat> seat_in_a_worker(Subject& subject);

}  // namespace conserje::kit
