#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/emitter.hpp"
#include "app/generation.hpp"
#include "communication/channel_watch.hpp"
#include "communication/reconciler.hpp"
#include "pipeline/pipeline.hpp"

namespace conserje {

/// Goes round the channels: health checks and reconciliations, each at its time, one at a time for
/// each channel. Threads: any.
class ChannelRounds {
 public:
  /// What it works with; all of it outlives the tasks that it runs.
  struct Parts {
    std::string tenant;
    const CurrentGeneration& current;
    Reconciliations& reconciliations;
    Emitter& emitter;
    std::function<bool(std::function<void()>)> run;  // On a thread that may wait. False: it cannot.
    const Clock& clock;
    Metrics& metrics;
    Log& log;
  };

  explicit ChannelRounds(Parts parts);

  /// Begins what is due.
  void tick();
  /// Begins nothing more.
  void stop();

 private:
  struct Channel {
    std::string name{};
    bool has_health = false;
    bool has_list = false;
  };
  struct Due {
    MonotonicTime look{};  // The beginning of time: at once.
    MonotonicTime reconcile{};
    bool is_running = false;
  };
  /// What a task shall do.
  struct Task {
    Channel channel{};
    bool look = false;
    bool reconcile = false;
  };

  std::vector<Channel> channels() const;
  ChannelLimits limits() const;
  /// Errors: config, it does not run.
  Result<std::shared_ptr<Plugin>> running(const std::string& channel) const;
  ChannelWatch::Ask asks(std::uint32_t method) const;
  Reconciler::Parts reconciler_parts() const;
  void go(const Task& task);
  void done(const std::string& channel);

  const Parts parts_;
  ChannelWatch watch_;
  Reconciler reconciler_;
  std::mutex mutex_{};  // Guards what follows.
  std::map<std::string, Due> due_{};
  bool stopped_ = false;
};

}  // namespace conserje
