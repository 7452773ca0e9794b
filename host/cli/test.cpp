#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "cli/commands.hpp"
#include "dialogue/compare.hpp"
#include "dialogue/mutate.hpp"
#include "dialogue/stage.hpp"

namespace conserje {
namespace {

/// Runs dialogues, and counts.
class Rehearsals {
 public:
  void run(const std::filesystem::path& file, bool with_mutations) {
    const auto script = read(file);
    if (!script) return;
    const auto* house = house_of(*script);
    if (house == nullptr) return;
    ++dialogues_;
    play(*house, *script, "");
    if (!with_mutations) return;
    for (const auto& mutation : script->mutations) {
      const Script other = mutated(*script, mutation);
      if (!other.turns.empty()) play(*house, other, mutation);
    }
  }

  int finish() const {
    std::cout << dialogues_ << (dialogues_ == 1 ? " dialogue, " : " dialogues, ") << runs_
              << (runs_ == 1 ? " run" : " runs");
    for (const auto& [mutation, count] : mutations_) std::cout << ", " << count << ' ' << mutation;
    std::cout << "; " << failures_ << " failed\n";
    return failures_ == 0 && is_readable_ ? 0 : 1;
  }

 private:
  std::optional<Script> read(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) {
      std::cerr << file.string() << ": cannot be read\n";
      is_readable_ = false;
      return std::nullopt;
    }
    std::vector<Finding> findings;
    auto script = read_script(text.view(), file, findings);
    std::cerr << report(findings);
    if (!has_errors(findings)) return script;
    is_readable_ = false;
    return std::nullopt;
  }

  /// Checked once, whatever the number of its dialogues. Null after a complaint.
  const Checked* house_of(const Script& script) {
    auto found = houses_.find(script.house);
    if (found == houses_.end()) {
      found = houses_.emplace(script.house, check_configuration(script.house)).first;
      if (!found->second.ok()) std::cerr << report(found->second.findings);
    }
    if (found->second.ok()) return &found->second;
    is_readable_ = false;
    return nullptr;
  }

  void play(const Checked& house, const Script& script, const std::string& mutation) {
    ++runs_;
    if (!mutation.empty()) ++mutations_[mutation];
    const auto failed = play_through(house, script);
    if (failed.empty()) return;
    ++failures_;
    std::cout << "FAILED " << script.file.string() << (mutation.empty() ? "" : ", " + mutation)
              << '\n';
    for (const auto& finding : failed) std::cout << to_string(finding) << '\n';
  }

  /// What differs at the first turn at which anything does: what follows would only follow from it.
  static std::vector<Finding> play_through(const Checked& house, const Script& script) {
    const auto stage = Stage::open(house, script);
    if (!stage) return broken({script.file.string()}, stage.error());
    for (const auto& turn : script.turns) {
      const auto happened = (*stage)->play(turn);
      if (!happened) return broken(turn.at, happened.error());
      auto findings = compare(turn, *happened, script.language);
      if (findings.empty()) continue;
      findings.front().found =
          "to " + in_quotes(turn.guest + turn.press + turn.send) + ": " + findings.front().found;
      return findings;
    }
    return {};
  }

  static std::vector<Finding> broken(const Position& at, const Error& error) {
    return {{.at = at, .path = "", .found = error.message}};
  }

  std::map<std::filesystem::path, Checked> houses_{};
  std::map<std::string, int> mutations_{};
  int dialogues_ = 0;
  int runs_ = 0;
  int failures_ = 0;
  bool is_readable_ = true;
};

}  // namespace

int test_command(const std::vector<std::filesystem::path>& files, bool with_mutations) {
  Rehearsals rehearsals;
  for (const auto& file : files) rehearsals.run(file, with_mutations);
  return rehearsals.finish();
}

}  // namespace conserje
