#include "kit/check.hpp"

#include <cassert>
#include <exception>

#include "kit/subject.hpp"

namespace conserje::kit {

std::span<const Check> checks_of(int level) {
  static constexpr decltype(&level_1_static) kAll[kLevels] = {
      level_1_static,  level_2_load,   level_3_lifecycle, level_4_calls,  level_5_time,
      level_6_threads, level_7_faults, level_8_parity,    level_9_reload, level_10_soak};
  assert(level >= 1 && level <= kLevels);
  return kAll[level - 1]();
}

const Check* find_check(std::string_view id) {
  for (int level = 1; level <= kLevels; ++level)
    for (const Check& check : checks_of(level))
      if (check.id == id) return &check;
  return nullptr;
}

Verdict run_check(const Check& check, Subject& subject) {
  using enum Verdict::Outcome;
  try {
    check.run(subject);
    return {.outcome = passed, .found = subject.note()};
  } catch (const Broken& broken) {
    return {.outcome = failed, .found = broken.found, .needed = broken.needed};
  } catch (const Skipped& skip) {
    return {.outcome = skipped, .found = skip.why};
  } catch (const std::exception& error) {
    return {.outcome = failed,
            .found = std::string("the check could not go on: ") + error.what(),
            .needed = "a plugin that leaves the process whole"};
  }
}

}  // namespace conserje::kit
