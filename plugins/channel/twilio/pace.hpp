#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace conserje::twilio {

/// Keeps an entry within its messages per second. A message that comes too early is given the next
/// free place and told when to return; then it goes, however many came in between. The clock is
/// passed in. Threads: any.
class Pace {
 public:
  /// 0: no limit.
  explicit Pace(double messages_per_second)
      : interval_(messages_per_second > 0 ? static_cast<std::uint64_t>(1e9 / messages_per_second)
                                          : 0) {}

  /// How long the message with our `reference`, which takes `parts`, is to wait; nullopt: it may
  /// go.
  std::optional<std::chrono::milliseconds> wait(std::string_view reference, std::size_t parts,
                                                std::uint64_t now_ns) {
    if (interval_ == 0) return std::nullopt;
    const std::lock_guard lock(mutex_);
    std::erase_if(places_, [&](const auto& place) { return place.second + kKept < now_ns; });
    if (const auto place = places_.find(reference); place != places_.end()) {
      if (place->second > now_ns) return until(place->second, now_ns);
      places_.erase(place);
      return std::nullopt;
    }
    const auto begin = next_ > now_ns ? next_ : now_ns;
    const bool may_go = begin <= now_ns + kBurst;
    if (!may_go && places_.size() >= kMostPlaces) return until(begin, now_ns);  // No promise.
    next_ = begin + interval_ * parts;
    if (may_go) return std::nullopt;
    places_.emplace(reference, begin - kBurst);
    return until(begin - kBurst, now_ns);
  }

 private:
  static constexpr std::uint64_t kBurst = 1'000'000'000;  // ns: a second's worth may go at once.
  static constexpr std::uint64_t kKept = 60'000'000'000;  // ns: whoever does not return loses it.
  static constexpr std::size_t kMostPlaces = 4096;

  /// Rounded up.
  static std::chrono::milliseconds until(std::uint64_t at_ns, std::uint64_t now_ns) {
    return std::chrono::ceil<std::chrono::milliseconds>(
        std::chrono::nanoseconds(static_cast<std::int64_t>(at_ns - now_ns)));
  }

  const std::uint64_t interval_;  // ns
  std::mutex mutex_{};
  std::uint64_t next_ = 0;                                      // When the next place is free.
  std::map<std::string, std::uint64_t, std::less<>> places_{};  // By reference.
};

}  // namespace conserje::twilio
