#include "plugin/worker/supervision.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <iterator>

namespace conserje {
namespace {

using namespace std::chrono_literals;

constexpr Millis kWaits[] = {0ms, 50ms, 200ms, 1s, 5s};

}  // namespace

Supervision::Verdict Supervision::died(MonotonicTime now) {
  deaths_.push_back(now);
  while (deaths_.size() > 1 && now - deaths_.front() > rules_.within) deaths_.pop_front();
  if (deaths_.size() > RestartRules::kMostDeaths) deaths_.pop_front();
  if (deaths_.size() >= rules_.deaths) in_quarantine_ = true;
  // Once there, the single try after each quarantine decides alone.
  if (in_quarantine_) return {rules_.quarantine, true};
  return {kWaits[std::min(deaths_.size(), std::size(kWaits)) - 1], false};
}

void Supervision::good_call() {
  deaths_.clear();
  in_quarantine_ = false;
}

std::string how_it_ended(std::optional<int> status) {
  if (!status) return "an end that nobody saw";
  if (WIFSIGNALED(*status)) {
    const char* name = ::sigabbrev_np(WTERMSIG(*status));
    return name == nullptr ? "signal " + std::to_string(WTERMSIG(*status))
                           : std::string("SIG") + name;
  }
  return "exit status " + std::to_string(WEXITSTATUS(*status));
}

}  // namespace conserje
