#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

/// What a process holds, as the system and the allocator say it. Each sees the calling process.
namespace conserje::kit {

/// Bytes that malloc has given out and not had back.
std::size_t heap_in_use();

/// Number to target of each open descriptor: 3 -> "/dev/null".
std::map<int, std::string> descriptors();

/// Opened or closed since `before`: "opened 7 (/tmp/x)"; empty: nothing.
std::string changed_descriptors(const std::map<int, std::string>& before);

std::size_t thread_count();

/// Waits for threads that are about to end; how many there are then.
std::size_t settled_thread_count(std::size_t expected);

/// Whether this process has children, ended or not.
bool has_children();

/// Bytes that have been written to standard output and standard error, where they are captured.
std::size_t output_size();

/// What of a process belongs to the host alone: signal handlers and mask, locale, working folder,
/// umask, environment, rounding and floating-point traps.
struct ProcessState {
  std::map<std::string, std::string> parts{};

  static ProcessState now();
  /// "the handler of SIGINT"; empty: nothing has changed since.
  std::string changed_since_this() const;
};

/// How much of one CPU this process uses from here on. Time in which a thread of it was ready to
/// run and had none does not count: on a machine that is busy with something else, who spins looks
/// idle.
class CpuShare {
 public:
  CpuShare();
  /// 0.2: a fifth of the time that it could have had. Threads that have ended wait for nothing.
  double now() const;
  /// Since it was made.
  std::chrono::duration<double> time() const;

 private:
  std::chrono::steady_clock::time_point began_;
  double used_;  // Seconds of CPU, of all threads.
  std::map<std::string, double>
      waited_;  // Seconds that a thread was ready and did not run, by its id.
};

}  // namespace conserje::kit
