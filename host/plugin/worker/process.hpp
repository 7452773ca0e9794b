#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "plugin/module.hpp"
#include "plugin/worker/lane.hpp"
#include "plugin/worker/launcher.hpp"

namespace conserje {

/// One worker as the host sees it: a process that stands confined and has said so, the lanes to it,
/// and its end. Killed with this object at the latest. Threads: any, but each lane as Lane says.
class WorkerProcess {
 public:
  struct CallLane {
    explicit CallLane(Descriptor socket) : lane(std::move(socket)) {}

    Lane lane;
    std::atomic<std::uint64_t> call_id{0};  // The last call, for the report of a crash.
    std::atomic<std::uint32_t> method{0};
    std::atomic<bool> is_busy{false};
  };

  /// Errors: retry, it did not come to stand in time.
  /// `generation`: told apart by it from the one before.
  static Result<std::shared_ptr<WorkerProcess>> start(std::uint64_t generation, Launcher& launcher,
                                                      const SpawnRequest& request,
                                                      const SealedImage& image, RealTime until);
  ~WorkerProcess() { kill(); }
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  std::uint64_t generation() const { return generation_; }
  pid_t id() const { return id_; }
  const Enforced& enforced() const { return enforced_; }
  Lane& control() { return control_; }
  std::deque<Lane>& background() { return background_; }
  std::deque<CallLane>& calls() { return calls_; }
  int output() const { return output_.get(); }
  int news() const { return news_.get(); }

  /// SIGKILL. Again: nothing.
  void kill();
  /// Reads what news() has. [one thread]
  void read_news();
  bool has_ended() const;
  bool was_killed() const { return was_killed_; }
  /// The status of waitpid as soon as it is known, at most until then; nullopt: not known.
  std::optional<int> wait_status(RealTime until) const;

 private:
  WorkerProcess(std::uint64_t generation, Descriptor control, Descriptor output, Descriptor news);

  const std::uint64_t generation_;
  pid_t id_ = -1;
  Enforced enforced_{};
  Lane control_;
  std::deque<Lane> background_{};
  std::deque<CallLane> calls_{};
  Descriptor output_;
  Descriptor news_;
  Descriptor process_{};  // pidfd
  std::atomic<bool> was_killed_{false};

  mutable std::mutex mutex_{};  // Guards what follows.
  mutable std::condition_variable ended_{};
  bool has_ended_ = false;
  std::optional<int> status_{};
};

}  // namespace conserje
