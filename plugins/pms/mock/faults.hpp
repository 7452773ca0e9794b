#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "config.hpp"
#include "conserje/host.hpp"

namespace conserje::mock {

/// The troubles of the configuration, and whose turn it is. Threads: any.
class Faults {
 public:
  explicit Faults(std::vector<Fault> faults);

  /// Counts one call of `method`; the fault that befalls it, if any.
  std::optional<Fault> next(std::string_view method);

  /// Takes the fault's time and says its error. Done: the call was only late.
  /// Errors: the fault's own; deadline, the call's time ran out first; cancelled.
  Status suffer(const Host& host, const Call& call, const Fault& fault);

  /// Lets the calls that wait look at their `cancelled` flag.
  void wake();

 private:
  struct Counted {
    Fault fault;
    std::int64_t calls = 0;
    std::int64_t happened = 0;
  };

  std::mutex mutex_{};
  std::condition_variable woken_{};
  std::vector<Counted> faults_{};
};

}  // namespace conserje::mock
