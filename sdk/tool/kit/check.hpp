#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace conserje::kit {

class Subject;

/// What a check says of a plugin.
struct Verdict {
  enum class Outcome : unsigned char { passed, failed, skipped };
  Outcome outcome = Outcome::passed;
  std::string
      found{};  // failed: what was found; skipped: why; passed: what was measured, or empty.
  std::string needed{};  // Only with failed.

  bool operator==(const Verdict&) const = default;
};

/// Thrown by a check, and by what it uses: the plugin is not as it must be. Caught by run_check
/// alone, as an assertion of a test is caught by its framework.
struct Broken {
  std::string found;
  std::string needed;
};

/// Thrown by a check that does not apply to this plugin.
struct Skipped {
  std::string why;
};

inline void require(bool holds, std::string found, std::string needed) {
  if (!holds) throw Broken{std::move(found), std::move(needed)};
}

/// One thing that a plugin must do. Runs in a process of its own (child.hpp), because it may end
/// it.
struct Check {
  int level;  // 1 to 10
  std::string_view id;
  std::string_view sentence;  // True of a plugin that passes.
  void (*run)(Subject& subject);
  std::chrono::seconds limit{10};  // Of its whole process, on a quick machine.
};

/// The checks of each level, in the order in which they run; one .cpp each.
std::span<const Check> level_1_static();
std::span<const Check> level_2_load();
std::span<const Check> level_3_lifecycle();
std::span<const Check> level_4_calls();
std::span<const Check> level_5_time();
std::span<const Check> level_6_threads();
std::span<const Check> level_7_faults();
std::span<const Check> level_8_parity();
std::span<const Check> level_9_reload();
std::span<const Check> level_10_soak();

inline constexpr int kLevels = 10;
std::span<const Check> checks_of(int level);
const Check* find_check(std::string_view id);

/// Runs the check in this process. A plugin that crashes takes the process with it.
Verdict run_check(const Check& check, Subject& subject);

}  // namespace conserje::kit
