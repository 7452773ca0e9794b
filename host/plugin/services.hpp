#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/channel_types.hpp"
#include "conserje/cj.h"
#include "conserje/wire.hpp"
#include "guard/clock.hpp"
#include "guard/random.hpp"
#include "ops/log.hpp"
#include "ops/metrics.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/call.hpp"
#include "plugin/call_threads.hpp"
#include "plugin/http/client.hpp"
#include "plugin/manifest.hpp"
#include "plugin/plugin_storage.hpp"

namespace conserje {

/// Runs something later, once, on a thread of the worker pool. Threads: any.
class TimerScheduler {
 public:
  using Id = std::uint64_t;
  virtual ~TimerScheduler() = default;
  virtual Id schedule(Millis after, std::function<void()> run) = 0;
  /// Afterwards it does not begin to run; it may be running.
  virtual void cancel(Id id) = 0;
};

/// One outbound exchange; blocks until the reply, the deadline or the stop request.
using HttpSender = std::function<Result<OutboundReply>(OutboundRequest, std::stop_token)>;
/// The value behind a secret's handle; valid as long as the host.
using SecretLookup = std::function<std::optional<std::string_view>(std::string_view plugin,
                                                                   std::string_view handle)>;
/// Takes inbound events of `plugin`; blocks until they are stored, with `wait` until they are
/// handled. The permission stop_host has been checked.
using EmitHandler = std::function<Result<channel::EmitReply>(
    std::string_view plugin, const CallSpec& call, channel::EmitRequest events)>;

/// What app hands in for all plugins. What is null or empty is a service that this host does not
/// offer; log, clock, metrics and random are always there. All outlive the plugins.
struct ServiceSources {
  Log log = Log::silent();
  const Clock* clock = nullptr;
  Metrics* metrics = nullptr;
  Random* random = nullptr;
  HttpSender http{};
  PluginStorage* storage = nullptr;
  SecretLookup secrets{};
  EmitHandler emit{};
  TimerScheduler* timers = nullptr;
  CallThreads* call_threads = nullptr;  // Null: a plugin's calls run on their callers' threads.
  std::filesystem::path worker_executable = "/proc/self/exe";  // With a `worker` of worker_main().
};

class ServiceContext;

/// What the services of an instance need of the instance itself.
class ServiceClient {
 public:
  virtual ~ServiceClient() = default;
  /// True on a thread that runs one of the instance's inline methods: nothing may block there.
  virtual bool in_inline_call() const = 0;
  /// True on a thread that runs any of the instance's methods.
  virtual bool in_call() const = 0;
  /// A timer is due. [pool thread]
  virtual void timer_due(const std::string& name) = 0;
  /// The plugin broke a rule of cj.h; `what` is a word of ours.
  virtual void count_misuse(std::string_view what) const = 0;
};

/// The host's side of cj.h for one instance: its cj_host and the tables behind it. Calls that come
/// after close() are refused and counted, however late; so it lives as long as the process may run
/// the plugin's threads, beyond the instance. Threads: any.
class HostServices {
 public:
  /// `use.config` has been through check_config.
  HostServices(const PluginUse& use, const Manifest& manifest, const ServiceSources& sources);
  ~HostServices();
  HostServices(const HostServices&) = delete;
  HostServices& operator=(const HostServices&) = delete;

  /// Who is served; once, before the plugin's code runs.
  void attach(ServiceClient& client);
  const cj_host* host() const { return &host_; }

  /// Gives up the HTTP exchanges, those under way and all later ones.
  void interrupt();

  /// Ends the timers, refuses all calls from now on and waits for those under way, interrupted.
  /// False: one did not end before the deadline. Threads: none of the
  /// plugin's.
  bool close(MonotonicTime deadline);

 private:
  std::shared_ptr<ServiceContext> context_;  // Timers that are due hold on to it, too.
  cj_host host_{};
};

}  // namespace conserje
