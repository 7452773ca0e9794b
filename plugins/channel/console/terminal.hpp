#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "conserje/result.hpp"

namespace conserje::console {

/// Lines in from one descriptor, text out to another, and a way to end both at once.
/// Threads: read_line() one; write() one at a time; stop() any.
class Terminal {
 public:
  static constexpr std::size_t kLongestLine =
      16 * 1024;  // Bytes; the rest of a longer one is lost.

  /// Borrows both descriptors. `patience`: how long a write waits for a reader that pauses. Throws
  /// std::system_error when the process has no descriptor left.
  Terminal(int in, int out, std::chrono::milliseconds patience);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// The next line, without its end; nullopt: the input has ended, or stop() was called.
  std::optional<std::string> read_line();

  /// Writes all of `text`. A closed pipe raises no SIGPIPE.
  /// Errors: permanent, nobody reads any more; deadline, nobody read for too long or stop() was
  /// called meanwhile, and a part of the text may be out.
  Status write(std::string_view text);

  /// Waits; false: stop() was called.
  bool pause(std::chrono::milliseconds time);

  /// Ends whatever waits, for good.
  void stop();
  bool is_stopped() const { return stopped_; }

 private:
  bool wait_for(int descriptor, short events, int timeout_ms) const;

  const int in_;
  const int out_;
  const std::chrono::milliseconds patience_;
  const int wake_;  // An eventfd: readable once stop() was called.
  std::atomic<bool> stopped_ = false;
  bool ended_ = false;
  std::string pending_{};  // Read, and not yet a whole line.
};

}  // namespace conserje::console
