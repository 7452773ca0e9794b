#include "kit/report.hpp"

#include <algorithm>
#include <cstdio>

namespace conserje::kit {
namespace {

using Outcome = Verdict::Outcome;

const char* word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed: return "passed";
    case Outcome::failed: return "failed";
    case Outcome::skipped: return "skipped";
  }
  return "failed";
}

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? '?' : c;
    }
  return out;
}

std::string in_seconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", seconds);
  return text;
}

}  // namespace

std::size_t Report::count(Outcome outcome) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      findings, [&](const Finding& each) { return each.verdict.outcome == outcome; }));
}

int Report::level_passed() const {
  int level = 0;
  for (const auto& finding : findings) {
    if (finding.verdict.outcome == Outcome::failed) return finding.check->level - 1;
    level = std::max(level, finding.check->level);
  }
  return level;
}

std::string to_line(const Finding& finding) {
  const auto& [outcome, found, needed] = finding.verdict;
  char head[96];
  std::snprintf(head, sizeof head, "%-7s %2d  %-28s ", word_of(outcome), finding.check->level,
                std::string(finding.check->id).c_str());
  std::string line = head + std::string(finding.check->sentence) + '\n';
  if (outcome == Outcome::failed)
    line += "            found:  " + found + "\n            needed: " + needed + '\n';
  else if (!found.empty())
    line += "            " + found + '\n';
  return line;
}

std::string to_summary(const Report& report) {
  std::string out = std::to_string(report.count(Outcome::passed)) + " passed, " +
                    std::to_string(report.count(Outcome::failed)) + " failed, " +
                    std::to_string(report.count(Outcome::skipped)) + " skipped; seed " +
                    std::to_string(report.seed) + '\n';
  if (report.all_passed()) return out;
  out += "again, alone and without a child:";
  for (const auto& finding : report.findings)
    if (finding.verdict.outcome == Outcome::failed) {
      out += " conserje-plugin test --in-process --seed " + std::to_string(report.seed) +
             " --only " + std::string(finding.check->id) + ' ' + report.file;
      break;
    }
  return out + '\n';
}

Json to_json(const Report& report) {
  Json checks = Json::array();
  for (const auto& [check, verdict, seconds] : report.findings)
    checks.push_back({{"level", check->level},
                      {"id", check->id},
                      {"sentence", check->sentence},
                      {"outcome", word_of(verdict.outcome)},
                      {"found", verdict.found},
                      {"needed", verdict.needed},
                      {"seconds", seconds}});
  return {{"file", report.file},
          {"sha256", report.sha256},
          {"id", report.id},
          {"version", report.version},
          {"seed", report.seed},
          {"level_passed", report.level_passed()},
          {"passed", report.count(Outcome::passed)},
          {"failed", report.count(Outcome::failed)},
          {"skipped", report.count(Outcome::skipped)},
          {"checks", checks}};
}

std::string to_junit(const Report& report) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"" +
                    xml(report.id.empty() ? report.file : report.id) + "\" tests=\"" +
                    std::to_string(report.findings.size()) + "\" failures=\"" +
                    std::to_string(report.count(Outcome::failed)) + "\" skipped=\"" +
                    std::to_string(report.count(Outcome::skipped)) + "\">\n";
  for (const auto& [check, verdict, seconds] : report.findings) {
    out += "  <testcase classname=\"level " + std::to_string(check->level) + "\" name=\"" +
           xml(check->id) + "\" time=\"" + in_seconds(seconds) + "\"";
    if (verdict.outcome == Outcome::failed)
      out += "><failure message=\"" + xml(verdict.found) + "\">needed: " + xml(verdict.needed) +
             "</failure></testcase>\n";
    else if (verdict.outcome == Outcome::skipped)
      out += "><skipped message=\"" + xml(verdict.found) + "\"/></testcase>\n";
    else
      out += "/>\n";
  }
  return out + "</testsuite>\n";
}

}  // namespace conserje::kit
