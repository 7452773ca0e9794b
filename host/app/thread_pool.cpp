#include "app/thread_pool.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace conserje {
namespace {

constexpr int kNicer = 5;

}  // namespace

ThreadPool::ThreadPool(unsigned threads, std::size_t waiting) : waiting_(waiting) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

ThreadPool::~ThreadPool() { stop(); }

bool ThreadPool::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || tasks_.size() >= waiting_) return false;
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void ThreadPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  threads_.clear();
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
    }
    task();
  }
}

}  // namespace conserje
