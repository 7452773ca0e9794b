#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "guard/clock.hpp"
#include "ingress/intake.hpp"
#include "plugin/call.hpp"
#include "store/database.hpp"

namespace conserje {

/// cj.emit/1: takes the events of a plugin that fetches them itself. Blocks until they are stored;
/// with `wait` until the messages are handled and their replies have left. Threads: any but the I/O
/// thread.
class Emitter {
 public:
  /// All outlive the Emitter. stop_host: asks the host to stop in order.
  Emitter(std::string tenant, Intake& intake, Database& database, const Clock& clock,
          std::function<void()> stop_host)
      : tenant_(std::move(tenant)),
        intake_(intake),
        database_(database),
        clock_(clock),
        stop_host_(std::move(stop_host)) {}

  /// Errors: retry, the store is busy or the host stops.
  Result<channel::EmitReply> emit(std::string_view plugin, const CallSpec& call,
                                  channel::EmitRequest request);

  /// Something was handled or delivered: those who wait look again. Threads: any.
  void progressed();
  /// Lets nobody wait any longer.
  void stop();

 private:
  /// Waits until `done` says so: false at the deadline or the stop.
  bool wait_for(MonotonicTime deadline, const std::function<bool()>& done);
  Result<bool> wait_until_settled(const std::string& channel, const std::vector<std::string>& ids,
                                  MonotonicTime deadline);

  const std::string tenant_;
  Intake& intake_;
  Database& database_;
  const Clock& clock_;
  const std::function<void()> stop_host_;

  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::uint64_t progress_ = 0;
  bool stopped_ = false;
};

}  // namespace conserje
