#include "plugin/worker/helpers.hpp"

#include <utility>

namespace conserje {

Helpers::~Helpers() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    posted_.notify_all();
  }
  threads_.clear();
}

void Helpers::post(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  if (idle_ < tasks_.size() && threads_.size() < most_) threads_.emplace_back([this] { run(); });
  posted_.notify_one();
}

void Helpers::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    posted_.wait(lock, [&] { return stopping_ || !tasks_.empty(); });
    --idle_;
    if (tasks_.empty()) return;
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

}  // namespace conserje
