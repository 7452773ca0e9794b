#include "app/thread_pool.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <system_error>
#include <utility>

namespace conserje {
namespace {

constexpr int kNicer = 5;

}  // namespace

ThreadPool::ThreadPool(unsigned threads, std::size_t waiting)
    : waiting_(waiting), most_threads_(threads) {}

ThreadPool::~ThreadPool() { stop(); }

bool ThreadPool::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || tasks_.size() >= waiting_ || !have_a_thread()) return false;
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

/// Starts one more when all are busy; false: there is none, and none can be started.
bool ThreadPool::have_a_thread() {
  if (idle_ > tasks_.size() || threads_.size() >= most_threads_) return true;
  try {
    threads_.emplace_back([this] { run(); });
  } catch (const std::system_error&) {  // The system has no more.
    return !threads_.empty();
  }
  ++idle_;
  return true;
}

void ThreadPool::change_most(unsigned threads) {
  const std::lock_guard lock(mutex_);
  most_threads_ = threads;
}

void ThreadPool::stop() {
  std::vector<std::jthread> joined;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    joined.swap(threads_);
  }
  changed_.notify_all();
}

void ThreadPool::run() {
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()),
              kNicer);  // Of this thread alone; failing costs nothing.
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopped_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
      --idle_;
    }
    task();
    task = nullptr;
    const std::lock_guard lock(mutex_);
    ++idle_;
  }
}

}  // namespace conserje
