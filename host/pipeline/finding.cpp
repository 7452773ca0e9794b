#include "pipeline/finding.hpp"

#include <algorithm>
#include <tuple>

namespace conserje {
namespace {

/// Edits between two words: insertion, deletion, substitution, swap of neighbours (optimal string
/// alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string counted(std::ptrdiff_t number, std::string_view noun) {
  return std::to_string(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

}  // namespace

std::string to_string(const Finding& finding) {
  std::string text = finding.at.file;
  if (finding.at.line > 0) {
    text += ":" + std::to_string(finding.at.line) + ":" + std::to_string(finding.at.column);
  }
  text += finding.severity == Severity::error ? ": error: " : ": warning: ";
  text += finding.found;
  if (!finding.fix.empty()) text += "; " + finding.fix;
  if (!finding.needed.empty()) text += "\n    needed: " + finding.needed;
  return text;
}

std::string report(std::span<const Finding> findings) {
  if (findings.empty()) return {};
  std::vector<Finding> sorted(findings.begin(), findings.end());
  std::ranges::stable_sort(sorted, {}, [](const Finding& finding) {
    return std::tie(finding.at.file, finding.at.line, finding.at.column);
  });
  std::string text;
  for (const auto& finding : sorted) text += to_string(finding) + "\n";
  const auto errors = std::ranges::count(sorted, Severity::error, &Finding::severity);
  const auto warnings = static_cast<std::ptrdiff_t>(sorted.size()) - errors;
  return text + counted(errors, "error") + ", " + counted(warnings, "warning") + "\n";
}

bool has_errors(std::span<const Finding> findings) {
  return std::ranges::find(findings, Severity::error, &Finding::severity) != findings.end();
}

std::string_view nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t kLongestWord = 64;
  if (word.size() > kLongestWord) return {};
  std::string_view best;
  std::size_t best_distance = std::clamp<std::size_t>(word.size() / 3, 1, 3) + 1;
  for (const auto& candidate : candidates) {
    if (candidate.size() > kLongestWord) continue;
    const auto edits = distance(word, candidate);
    if (edits >= best_distance) continue;
    best = candidate;
    best_distance = edits;
  }
  return best;
}

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const auto near = nearest(word, candidates);
  return near.empty() ? "" : "did you mean " + in_quotes(near) + "?";
}

std::string joined(std::span<const std::string> words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace conserje
