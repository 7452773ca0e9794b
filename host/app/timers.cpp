#include "app/timers.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace conserje {
namespace {

constexpr Millis kPoolIsFull{50};  // Until a timer whose work found no place tries again.

}  // namespace

Timers::Id Timers::schedule(Millis after, std::function<void()> run) {
  const std::lock_guard lock(mutex_);
  const Id id = next_++;
  auto& entry = entries_[id];
  entry.run = std::move(run);
  entry.timer = std::make_unique<boost::asio::steady_timer>(io_);
  boost::asio::post(io_, [this, id, after] {  // A timer belongs to the I/O thread.
    const std::lock_guard again(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    found->second.timer->expires_after(after);
    found->second.timer->async_wait([this, id](const boost::system::error_code& error) {
      if (!error) expired(id);
    });
  });
  return id;
}

void Timers::cancel(Id id) {
  boost::asio::post(io_, [this, id] {
    const std::lock_guard lock(mutex_);
    entries_.erase(id);
  });
}

void Timers::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

void Timers::expired(Id id) {
  std::function<void()> run;
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(id);
    if (found == entries_.end()) return;
    run = std::move(found->second.run);
    entries_.erase(found);
  }
  if (!pool_.post(run)) schedule(kPoolIsFull, std::move(run));
}

}  // namespace conserje
