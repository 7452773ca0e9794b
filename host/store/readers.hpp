#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "store/driver.hpp"

namespace conserje {

/// A few reading connections, shared by any number of threads.
class Readers {
 public:
  Readers(Driver& driver, std::size_t most)
      : driver_(driver), most_(most) {}  // The driver outlives them.

  /// Runs `work` on a snapshot, on the calling thread; waits while all connections are in use.
  std::optional<Error> run(const std::function<void(Transaction&)>& work);
  /// Of the connections that nobody uses now all but one are closed. Threads: any.
  void release_memory();

 private:
  std::unique_ptr<Connection> take();  // Null: none is idle, open one.
  void give_back(std::unique_ptr<Connection> connection);

  Driver& driver_;
  const std::size_t most_;
  std::mutex mutex_;  // Guards what follows.
  std::condition_variable returned_;
  std::size_t in_use_ = 0;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace conserje
