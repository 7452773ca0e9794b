#include "plugin/call_threads.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace conserje {
namespace {

constexpr std::chrono::seconds kIdle{30};  // Then a thread ends.

}  // namespace

struct CallThreads::State {
  std::mutex mutex{};
  std::condition_variable arrived{};  // A call, or the end.
  std::condition_variable left{};     // A thread.
  std::deque<std::function<void()>> calls{};
  std::size_t idle = 0;  // Threads that wait for a call, or are about to.
  bool stopped = false;
  std::vector<std::thread> threads{};
  std::vector<std::thread> ended{};  // Have only to return.

  bool start_one(const std::shared_ptr<State>& self);
  void serve();
  void leave();
};

bool CallThreads::State::start_one(const std::shared_ptr<State>& self) {
  try {
    threads.emplace_back([self] { self->serve(); });
  } catch (const std::system_error&) {
    return false;
  }
  ++idle;
  return true;
}

void CallThreads::State::serve() {
  std::unique_lock lock(mutex);
  while (arrived.wait_for(lock, kIdle, [this] { return stopped || !calls.empty(); }) &&
         !calls.empty()) {
    auto call = std::move(calls.front());
    calls.pop_front();
    --idle;
    if (stopped) left.notify_all();  // Who stops us waits until nobody is about to take a call.
    lock.unlock();
    call();
    call = nullptr;
    lock.lock();
    ++idle;
  }
  leave();
}

void CallThreads::State::leave() {
  --idle;
  const auto mine = std::ranges::find(threads, std::this_thread::get_id(), &std::thread::get_id);
  if (mine != threads.end()) {
    ended.push_back(std::move(*mine));
    threads.erase(mine);
  }
  left.notify_all();
}

CallThreads::CallThreads() : state_(std::make_shared<State>()) {}

CallThreads::~CallThreads() { stop(Millis(0)); }

bool CallThreads::run(std::function<void()> call) {
  std::vector<std::thread> ended;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopped) return false;
    if (state_->idle <= state_->calls.size() && !state_->start_one(state_)) return false;
    state_->calls.push_back(std::move(call));
    ended.swap(state_->ended);
  }
  state_->arrived.notify_one();
  for (auto& thread : ended) thread.join();
  return true;
}

bool CallThreads::stop(Millis wait) {
  std::vector<std::thread> ended;
  bool all = false;
  {
    std::unique_lock lock(state_->mutex);
    state_->stopped = true;
    state_->arrived.notify_all();
    state_->left.wait_for(lock, wait, [this] { return state_->threads.empty(); });
    // Those that only waited for a call need no more than a moment.
    state_->left.wait(lock, [this] { return state_->idle == 0; });
    all = state_->threads.empty();
    for (auto& thread : state_->threads) thread.detach();
    state_->threads.clear();
    ended.swap(state_->ended);
  }
  for (auto& thread : ended) thread.join();
  return all;
}

}  // namespace conserje
