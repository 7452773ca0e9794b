#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "conserje/pms_types.hpp"
#include "counting_random.hpp"
#include "fake_clock.hpp"
#include "pms/gateway.hpp"

namespace conserje {

/// A PMS behind a real Gateway: answers what it is told to, in order, and keeps what it was asked.
class FakePms {
 public:
  /// The next answer to a method; without one the call fails with class bug.
  template <class T>
  void answer(std::uint32_t method, const T& value) {
    answers_[method].push_back(Reply{.head = encode(value)});
  }
  void fail(std::uint32_t method, Error error) { answers_[method].push_back(std::move(error)); }

  Gateway& gateway() { return gateway_; }

  std::vector<PmsCall> calls{};
  std::vector<Millis> pauses{};
  FakeClock clock{};
  Metrics metrics{};

 private:
  Result<Reply> invoke(const PmsCall& call) {
    calls.push_back(call);
    auto& queue = answers_[call.method];
    if (queue.empty()) return Error{ErrorClass::bug, "no answer is left for this call"};
    auto reply = queue.front();
    queue.pop_front();
    return reply;
  }

  std::map<std::uint32_t, std::deque<Result<Reply>>> answers_{};
  CountingRandom random_{};
  Gateway gateway_{"frontdesk",
                   {},
                   [this](const PmsCall& call) { return invoke(call); },
                   [this](Millis wait) {
                     pauses.push_back(wait);
                     clock.advance(wait);
                   },
                   clock,
                   random_,
                   metrics};
};

}  // namespace conserje
