#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "conserje/json.hpp"
#include "kit/check.hpp"
#include "kit/subject.hpp"

namespace conserje::kit {

/// A check that has run.
struct Finding {
  const Check* check = nullptr;
  Verdict verdict{};
  double seconds = 0;
};

/// What a run of the kit says of one file.
struct Report {
  std::string file{};
  std::string sha256{};  // Of the file's bytes, in hex: this is what was tested.
  std::string id{};      // Of the manifest; empty: it could not be read.
  std::string version{};
  std::uint64_t seed = 0;
  std::vector<Finding> findings{};

  std::size_t count(Verdict::Outcome outcome) const;
  bool all_passed() const { return count(Verdict::Outcome::failed) == 0; }
  /// The highest level up to which nothing failed; 0: level 1 has failed.
  int level_passed() const;
};

/// One line for people; more where something was found.
std::string to_line(const Finding& finding);
/// The last lines: the level, the counts, the seed.
std::string to_summary(const Report& report);
Json to_json(const Report& report);
/// One test case for each check, as build servers read it.
std::string to_junit(const Report& report);

}  // namespace conserje::kit
