#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "guard/clock.hpp"
#include "pipeline/pipeline.hpp"

namespace conserje {

/// The history of one plugin's workers, and what to do about the next death. Pure: time is passed
/// in.
class Supervision {
 public:
  struct Verdict {
    Millis wait{};            // Until the next start.
    bool quarantine = false;  // No call is taken until then.

    bool operator==(const Verdict&) const = default;
  };

  explicit Supervision(const RestartRules& rules) : rules_(rules) {}

  /// A worker has died, or could not be made. The first after a good call is followed by a start at
  /// once, the next ones by longer and longer waits.
  Verdict died(MonotonicTime now);
  /// A call was answered.
  void good_call();

 private:
  const RestartRules rules_;
  std::deque<MonotonicTime> deaths_;  // Since the last good call, the newest ones.
  bool in_quarantine_ = false;
};

/// How a process ended, for people: "SIGSEGV", "exit status 3". `status`: of waitpid.
std::string how_it_ended(std::optional<int> status);

}  // namespace conserje
