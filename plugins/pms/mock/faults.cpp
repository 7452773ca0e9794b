#include "faults.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace conserje::mock {
namespace {

Error error_of(const Fault& fault) {
  Error error{.error_class = ErrorClass::permanent, .message = "mock: this fault is configured"};
  for (const auto candidate :
       {ErrorClass::retry, ErrorClass::auth, ErrorClass::config, ErrorClass::deadline})
    if (fault.error == to_string(candidate)) error.error_class = candidate;
  if (fault.retry_after_ms > 0) error.retry_after = std::chrono::milliseconds(fault.retry_after_ms);
  return error;
}

}  // namespace

Faults::Faults(std::vector<Fault> faults) {
  for (auto& fault : faults) faults_.push_back({.fault = std::move(fault)});
}

std::optional<Fault> Faults::next(std::string_view method) {
  const std::lock_guard lock(mutex_);
  std::optional<Fault> turn;
  for (auto& [fault, calls, happened] : faults_) {
    if (fault.method != "*" && fault.method != method) continue;
    ++calls;
    const bool spent = fault.times != 0 && happened == fault.times;
    if (turn || spent || calls % fault.every != 0) continue;
    ++happened;
    turn = fault;
  }
  return turn;
}

Status Faults::suffer(const Host& host, const Call& call, const Fault& fault) {
  std::chrono::nanoseconds wait = std::chrono::milliseconds(fault.delay_ms);
  bool too_late = false;
  if (call.deadline_ns() != 0) {
    const std::uint64_t now = host.monotonic_ns();
    const std::chrono::nanoseconds left(call.deadline_ns() > now ? call.deadline_ns() - now : 0);
    too_late = wait >= left;
    wait = std::min(wait, left);
  }
  std::unique_lock lock(mutex_);
  if (woken_.wait_for(lock, wait, [&] { return call.cancelled(); }))
    return Error{ErrorClass::cancelled, "mock: cancelled while it waited"};
  if (too_late) return Error{ErrorClass::deadline, "mock: out of time, as configured"};
  if (!fault.error.empty()) return error_of(fault);
  return Done{};
}

void Faults::wake() {
  const std::lock_guard lock(mutex_);
  woken_.notify_all();
}

}  // namespace conserje::mock
