#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <iterator>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "guard/clock.hpp"

namespace conserje {

/// A token bucket for each source: it holds a minute's budget, and fills evenly. Pure: the time is
/// passed in. The table is bounded: when it is full, the source that was silent longest is
/// forgotten. Threads: one at a time.
class RateLimit {
 public:
  struct Settings {
    unsigned per_minute = 120;    // At least 1.
    std::size_t sources = 4'096;  // At least 1.
  };

  explicit RateLimit(Settings settings) : settings_(settings) {
    assert(settings.per_minute > 0 && settings.sources > 0);
  }
  RateLimit(RateLimit&&) = default;  // The table points into the list: no copies.

  /// Takes one from the budget of `source`. nullopt: it had one; else nothing was taken, and how
  /// long until it has one again.
  std::optional<Millis> take(const std::string& source, MonotonicTime now) {
    const auto entry = touch(source);
    const auto full_at = std::max(entry->full_at, now) + every();
    if (const auto wait = wait_for(full_at, now)) return wait;
    entry->full_at = full_at;
    return std::nullopt;
  }

  /// How long `source` has to wait until its budget holds one; nullopt: it does.
  std::optional<Millis> wait(const std::string& source, MonotonicTime now) const {
    const auto found = table_.find(source);
    if (found == table_.end()) return std::nullopt;
    return wait_for(std::max(found->second->full_at, now) + every(), now);
  }

  /// The budget from now on; at least 1.
  void change(unsigned per_minute) {
    assert(per_minute > 0);
    settings_.per_minute = per_minute;
  }

  std::size_t sources() const { return table_.size(); }

 private:
  /// A bucket is one moment: when it will be full if nothing more is taken from it.
  struct Entry {
    std::string source;
    MonotonicTime full_at{};
  };
  using Entries = std::list<Entry>;  // The one that was silent longest first.

  std::chrono::nanoseconds every() const {
    return std::chrono::nanoseconds(std::chrono::minutes(1)) / settings_.per_minute;
  }

  static std::optional<Millis> wait_for(MonotonicTime full_at, MonotonicTime now) {
    const auto wait = full_at - now - std::chrono::minutes(1);
    if (wait <= std::chrono::nanoseconds(0)) return std::nullopt;
    return std::chrono::ceil<Millis>(wait);
  }

  Entries::iterator touch(const std::string& source) {
    if (const auto found = table_.find(source); found != table_.end()) {
      entries_.splice(entries_.end(), entries_, found->second);
      return found->second;
    }
    if (table_.size() >= settings_.sources) {
      table_.erase(entries_.front().source);
      entries_.pop_front();
    }
    entries_.push_back({source, {}});
    return table_.emplace(source, std::prev(entries_.end())).first->second;
  }

  Settings settings_;
  Entries entries_{};
  std::unordered_map<std::string, Entries::iterator> table_{};
};

}  // namespace conserje
