#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "plugin/worker/helpers.hpp"
#include "plugin/worker/host_calls.hpp"
#include "plugin/worker/output.hpp"
#include "plugin/worker/process.hpp"
#include "plugin/worker/proxy.hpp"

namespace conserje {

/// One instance of a plugin that runs in a worker: what stands behind the cj_instance of
/// WorkerPlugin. Each call has a lane of its own to the worker, on which the caller itself waits
/// and answers the plugin's host calls; so a call costs two wake-ups and no hand-over. A watcher
/// thread sees to what comes unasked: the worker's end, its output, calls of the plugin's own
/// threads, and calls that were given up.
class WorkerInstance {
 public:
  WorkerInstance(const WorkerParts& parts, const cj_host& host, std::string config);
  /// Ends the worker.
  ~WorkerInstance();
  WorkerInstance(const WorkerInstance&) = delete;
  WorkerInstance& operator=(const WorkerInstance&) = delete;

  /// The first worker, with the instance created in it.
  void create(const cj_call& call, cj_result& result);
  void start(const cj_call& call, cj_result& result);
  void invoke(const cj_call& call, const cj_request& request, cj_result& result);
  void cancel(std::uint64_t call_id);
  void drain(const cj_call& call, cj_result& result);
  void health(cj_result& result);

  const cj_instance& table() const { return table_; }
  /// What confines the worker that runs, or the last one.
  Enforced enforced() const;

 private:
  using Process = std::shared_ptr<WorkerProcess>;
  /// What the watcher waits for; the lanes count on from theirs.
  enum Event : std::uint64_t {
    kWoken,
    kNews,
    kOutput,
    kFirstBackgroundLane,
    kFirstCallLane = kFirstBackgroundLane + kBackgroundLanes,
  };
  enum class State : unsigned char {
    starting,  // A worker is being made.
    running,
    down,         // The next one is made at restart_at_.
    quarantined,  // The same, and until then calls are refused.
    ended,
  };
  /// A lane that a caller holds, or has given up.
  struct Claim {
    Process process{};
    std::size_t lane = 0;

    WorkerProcess::CallLane& call() const { return process->calls()[lane]; }
  };
  struct Abandoned {
    Claim claim{};
    RealTime kill_at{};
  };

  // Calls: instance.cpp.
  Result<Claim> claim(RealTime until);
  void give_back(const Claim& claim, bool is_good);
  void abandon(const Claim& claim);
  void await(const Claim& claim, const cj_call& call, RealTime until, cj_result& result);
  void lost(const Claim& claim, Lane::Outcome how, cj_result& result);
  bool take_result(const Frame& frame, cj_result& result);
  Lane::Outcome serve(Lane& lane, const Frame& frame, std::uint64_t latest_ns, RealTime until);
  Lane::Outcome converse(WorkerProcess& process, FrameKind kind, std::string_view body,
                         const cj_call& call, RealTime until, cj_result& result);
  void ask_control(FrameKind kind, const cj_call& call, cj_result& result);
  RealTime real_time(std::uint64_t deadline_ns) const;
  std::string state_text() const;

  // What comes unasked: watch.cpp.
  void bring_up(const cj_call& call, cj_result& result);
  void check_sandbox(const Enforced& enforced, cj_result& result) const;
  void watch();
  void take_event(std::uint64_t what);
  void woken();
  void attend(WorkerProcess& process);
  void end_of_worker(const Process& process);
  void restart_when_due();
  void repair();
  void after_death(const std::string& how);
  void read_output(WorkerProcess& process, bool is_last);
  void log_lines(const std::vector<std::string>& lines);
  void serve_stray(const Process& process, std::uint64_t event);
  void end_abandoned(const Process& process, std::size_t lane);
  void refresh_health();
  void listen(int descriptor, std::uint64_t event, std::uint64_t generation);
  RealTime next_deed() const;
  void kill_overdue();
  void wake() const;
  void report_crash(WorkerProcess& process, const std::string& how) const;

  const WorkerParts parts_;
  const std::string config_;
  const std::string build_id_;
  const HostCalls host_calls_;
  const SpawnRequest spawn_request_;
  cj_instance table_{};
  Descriptor events_;  // epoll
  Descriptor wake_;    // eventfd

  std::mutex control_{};        // Held for a conversation on the control lane. Before mutex_.
  mutable std::mutex mutex_{};  // Guards what follows.
  std::condition_variable changed_{};
  State state_ = State::starting;
  bool is_created_ = false;
  bool is_started_ = false;
  Process process_{};                // The one that runs, is coming up, or was the last.
  std::uint64_t generation_ = 0;     // Of process_.
  std::uint64_t up_generation_ = 0;  // Of the last worker that came to run.
  std::vector<Abandoned> abandoned_{};
  Supervision supervision_;
  RealTime restart_at_{};
  RealTime give_up_at_{};   // In `ended`: its worker is not waited for any longer.
  std::string last_end_{};  // How the last worker ended.
  std::string health_{};    // What the plugin said last: JSON.
  bool is_health_asked_ = false;
  std::optional<std::string> repair_failed_{};

  OutputLines output_{};  // The watcher's.
  Helpers helpers_;
  std::jthread repair_{};
  std::jthread watcher_{};
};

}  // namespace conserje
