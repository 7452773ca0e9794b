#include "store/readers.hpp"

#include <utility>

namespace conserje {

std::optional<Error> Readers::run(const std::function<void(Transaction&)>& work) {
  auto connection = take();
  for (;;) {
    const bool fresh = connection == nullptr;
    const auto failure = attempt([&] {
      if (connection == nullptr) connection = driver_.connect(Access::read);
      connection->begin();
      work(*connection);
    });
    if (connection) connection->rollback();
    if (failure && failure->scope == StoreError::Scope::connection) {
      connection.reset();
      if (!fresh) continue;  // It had broken while it was idle.
    }
    give_back(std::move(connection));
    if (failure) return failure->error;
    return std::nullopt;
  }
}

void Readers::release_memory() {
  const std::lock_guard lock(mutex_);
  if (idle_.size() > 1) idle_.erase(idle_.begin() + 1, idle_.end());
  for (const auto& connection : idle_) connection->release_memory();
}

std::unique_ptr<Connection> Readers::take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return in_use_ < most_; });
  in_use_ += 1;
  if (idle_.empty()) return nullptr;
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void Readers::give_back(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    in_use_ -= 1;
    if (connection) idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

}  // namespace conserje
