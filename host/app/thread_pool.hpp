#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace conserje {

/// The host's one pool of workers, bounded in threads, which begin when they are first needed, and
/// in waiting tasks. Its threads give way to the I/O thread and the store's writer (a lower
/// priority): answering webhooks comes before handling them. Threads: any.
class ThreadPool {
 public:
  ThreadPool(unsigned threads, std::size_t waiting);
  /// Runs what waits, then joins.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// False: the queue is full, or the pool has been stopped; `task` will not run.
  bool post(std::function<void()> task);
  /// Has so many threads at most from now on; never fewer than have begun.
  void change_most(unsigned threads);
  /// Takes no more tasks, runs those that wait, joins. Again: nothing. Threads: none of the pool's.
  void stop();

 private:
  bool have_a_thread();
  void run();

  const std::size_t waiting_;
  std::mutex mutex_{};  // Guards what follows.
  std::condition_variable changed_{};
  std::size_t most_threads_;
  std::deque<std::function<void()>> tasks_{};
  std::size_t idle_ = 0;  // Threads that wait for a task, or are about to.
  bool stopped_ = false;
  std::vector<std::jthread> threads_{};
};

}  // namespace conserje
