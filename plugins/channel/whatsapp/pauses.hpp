#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "../common/recent.hpp"
#include "errors.hpp"

namespace conserje::whatsapp {

/// Holds back what one of Meta's limits would refuse: after a refusal, the messages that it meant
/// wait as long as Meta asked, and then come one after the other rather than all at once. The clock
/// is passed in. Threads: any.
class Pauses {
 public:
  using Wait = std::chrono::milliseconds;

  /// Meta refused a message to `guest`, and asks for `wait`.
  void refused(Limit limit, const std::string& guest, Wait wait, std::uint64_t now_ns) {
    const std::lock_guard lock(mutex_);
    const auto until = now_ns + nanoseconds(wait);
    if (limit == Limit::one_guest) guests_.put(guest, until);
    if (limit != Limit::our_number) return;
    number_until_ = std::max(number_until_, until);
  }

  /// How long a message to `guest` waits; nullopt: it goes.
  std::optional<Wait> wait(std::string_view guest, std::uint64_t now_ns) {
    const std::lock_guard lock(mutex_);
    if (const auto* until = guests_.find(guest); until != nullptr && *until > now_ns)
      return rounded_up(*until - now_ns);
    if (number_until_ <= now_ns) {
      waiting_ = 0;
      return std::nullopt;
    }
    return rounded_up(number_until_ - now_ns + waiting_++ % kMostPlaces * kInterval);
  }

 private:
  static constexpr std::uint64_t kInterval = 12'500'000;  // ns: 80 messages per second.
  static constexpr std::uint64_t kMostPlaces = 4'000;     // Of a minute's worth and less.
  static constexpr std::size_t kMostGuests = 5'000;

  static std::uint64_t nanoseconds(Wait wait) {
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(wait).count());
  }
  static Wait rounded_up(std::uint64_t ns) {
    return std::chrono::ceil<Wait>(std::chrono::nanoseconds(static_cast<std::int64_t>(ns)));
  }

  std::mutex mutex_{};
  Recent<std::uint64_t> guests_{kMostGuests};  // Until when.
  std::uint64_t number_until_ = 0;
  std::uint64_t waiting_ = 0;
};

}  // namespace conserje::whatsapp
