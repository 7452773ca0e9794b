#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "guard/clock.hpp"
#include "store/database.hpp"
#include "store/driver.hpp"

namespace conserje {

/// The one thread that writes: takes whatever queued while the previous commit ran, commits it
/// together, reports.
class Writer {
 public:
  /// All but `options` and `first` are borrowed and outlive the Writer.
  /// `on_rest` is called on the writer's thread once nothing was to be written for a second.
  Writer(Driver& driver, std::unique_ptr<Connection> first, const DatabaseOptions& options,
         const Clock& clock, std::function<void()> on_rest);
  /// Commits what is queued, then joins the thread.
  ~Writer();

  /// Threads: any but the writer's.
  void submit(std::unique_ptr<store_detail::Queued> queued);
  void set_completion_executor(Database::Executor executor);
  DatabaseStats stats() const;

 private:
  using Batch = std::vector<std::unique_ptr<store_detail::Queued>>;
  using Verdicts =
      std::vector<std::optional<Error>>;  // One for each work of a batch; nullopt: durable.

  void run();
  /// Waits for works and moves the next commit's into `batch`; false: stopped, and nothing is left.
  bool take(Batch& batch);
  void rest();
  Verdicts commit(const Batch& batch);
  void connect();
  std::optional<Error> run_apart(store_detail::Queued& work);
  void complete(Batch batch, Verdicts verdicts);

  Driver& driver_;
  const DatabaseOptions options_;
  const Clock& clock_;
  const std::function<void()> on_rest_;

  // Used by the writer thread only.
  std::unique_ptr<Connection> connection_;
  MonotonicTime next_connect_{};
  Millis backoff_{0};

  mutable std::mutex mutex_;  // Guards what follows.
  std::condition_variable arrived_;
  std::deque<std::unique_ptr<store_detail::Queued>> queue_;
  std::size_t enqueued_ = 0;       // Works in the queue for which nobody waits: webhooks'.
  MonotonicTime last_enqueued_{};  // When the last of them came.
  Database::Executor executor_;
  DatabaseStats stats_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace conserje
