#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "communication/channel_condition.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"

namespace conserje {

/// Asks the providers of channels how they are, and has them restarted where that helps. Threads:
/// any, one look at a channel at a time.
class ChannelWatch {
 public:
  using Ask = std::function<Result<channel::ChannelHealth>(const std::string& channel)>;

  /// What a ChannelWatch works with; all of it outlives it.
  struct Parts {
    Ask health;
    Ask restart;  // Says how it is then.
    const Clock& clock;
    Metrics& metrics;
    Log& log;
  };

  explicit ChannelWatch(Parts parts) : parts_(std::move(parts)) {}

  /// One look. True: the channel is there again, or for the first time, so what came meanwhile may
  /// have been missed. Blocks for as long as the plugin's calls.
  bool look(const std::string& channel);
  ChannelCondition condition(const std::string& channel) const;

 private:
  bool conclude(const std::string& channel, const Result<channel::ChannelHealth>& said,
                bool may_restart);

  Parts parts_;
  mutable std::mutex mutex_{};
  std::map<std::string, ChannelCondition> conditions_{};  // Guarded by mutex_.
};

}  // namespace conserje
