#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "app/thread_pool.hpp"
#include "plugin/services.hpp"

namespace conserje {

/// Timers of the I/O thread whose work runs on the pool. Threads: any.
class Timers final : public TimerScheduler {
 public:
  /// Both outlive the Timers; `io` is run by one thread.
  Timers(boost::asio::io_context& io, ThreadPool& pool) : io_(io), pool_(pool) {}

  Id schedule(Millis after, std::function<void()> run) override;
  void cancel(Id id) override;
  /// Cancels all. [I/O thread, or when nobody runs `io`]
  void clear();

 private:
  void expired(Id id);

  boost::asio::io_context& io_;
  ThreadPool& pool_;
  std::mutex mutex_{};
  Id next_ = 1;
  struct Entry {
    std::unique_ptr<boost::asio::steady_timer> timer;
    std::function<void()> run;
  };
  std::map<Id, Entry> entries_{};
};

}  // namespace conserje
