#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace conserje {

/// How many deliveries each channel and sink is busy with, so that one which hangs holds up half of
/// the workers at most, and the others go on. Threads: any.
class Shares {
 public:
  /// One delivery, for as long as it lives.
  class Turn {
   public:
    Turn(Shares& shares, std::string target) : shares_(shares), target_(std::move(target)) {
      const std::lock_guard lock(shares_.mutex_);
      ++shares_.deliveries_[target_];
    }
    ~Turn() {
      const std::lock_guard lock(shares_.mutex_);
      if (--shares_.deliveries_[target_] == 0) shares_.deliveries_.erase(target_);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Shares& shares_;
    const std::string target_;
  };

  /// Those that have their share of `workers`: half, and one at least.
  std::vector<std::string> busy(unsigned workers) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> targets;
    for (const auto& [target, deliveries] : deliveries_)
      if (deliveries >= (workers + 1) / 2) targets.push_back(target);
    return targets;
  }

 private:
  mutable std::mutex mutex_{};
  std::map<std::string, unsigned> deliveries_{};  // Guarded by mutex_; none is 0.
};

}  // namespace conserje
