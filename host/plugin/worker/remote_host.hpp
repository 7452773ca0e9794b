#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "conserje/cj.h"
#include "plugin/worker/host_calls.hpp"
#include "plugin/worker/lane.hpp"

namespace conserje {

/// The worker's side of cj.h: a cj_host whose functions ask the host. A thread that runs one of the
/// plugin's methods asks on that method's lane, where the caller in the host answers; the plugin's
/// own threads share the background lanes. Threads: any.
class RemoteHost {
 public:
  /// A lane that belongs to one thread of the worker.
  struct Own {
    Lane* lane = nullptr;
    std::thread::id thread{};
  };
  /// All lanes outlive this object.
  explicit RemoteHost(std::vector<Lane*> background);

  /// Whose lane is whose, before the plugin's code runs. The rest of the threads are the plugin's.
  void assign(std::vector<Own> own) { own_ = std::move(own); }
  /// What the host offers (HostCalls::offered).
  void offer(std::uint32_t services) { services_ = services; }
  const cj_host* host() const { return &host_; }

  /// Runs when the host gives up a call while the control thread waits for an answer.
  std::function<void(std::uint64_t call_id)> on_cancel{};

  /// For the functions of the tables.
  HostAnswer ask(HostFunction function, const HostArguments& arguments);
  void ask(HostFunction function, const cj_call* call, const cj_request* request,
           cj_result* result);
  void tell(HostFunction function, const HostArguments& arguments);

 private:
  friend struct RemoteTables;
  class Claim;
  std::string exchange(std::string body);
  std::string exchange(Claim& claim, std::string body);

  cj_host host_;
  std::uint32_t services_ = 0;
  std::vector<Own> own_{};
  std::mutex mutex_{};
  std::condition_variable freed_{};
  std::vector<Lane*> background_;  // Those that are free.
};

}  // namespace conserje
