#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "conserje/channel_types.hpp"
#include "guard/clock.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "store/reconciliations.hpp"

namespace conserje {

/// Holds what came in through a channel against the provider's own list, so that a webhook that got
/// lost, or a provider who is connected but deaf, costs a delay and not a guest. Threads: any, one
/// round of a channel at a time.
class Reconciler {
 public:
  /// What a Reconciler works with; all of it outlives it.
  struct Parts {
    std::string tenant;
    Reconciliations& reconciliations;
    /// Asks the channel plugin. Errors: the plugin's.
    std::function<Result<channel::ListSinceReply>(const std::string& channel,
                                                  const channel::ListSinceRequest&)>
        list;
    /// Stores events as if they had come by webhook, and says how many messages were new.
    std::function<Result<channel::EmitReply>(const std::string& channel, channel::EmitRequest)>
        store;
    const Clock& clock;
    Metrics& metrics;
    Log& log;
  };

  explicit Reconciler(Parts parts) : parts_(std::move(parts)) {}

  /// One round: all that the provider lists since the last one that ended well. The first round of
  /// a channel only says from when on its messages are ours. Errors: those of the plugin and the
  /// store; the next round begins where the last good one ended.
  Status reconcile(const std::string& channel);

  /// A list may be behind the webhooks, and the clocks apart.
  static constexpr std::chrono::minutes kOverlap{10};
  static constexpr std::int64_t kPage = 100;  // Messages that are asked for at once.
  static constexpr int kMostPages = 50;       // Of one round; the next round goes on.

 private:
  Parts parts_;
};

}  // namespace conserje
