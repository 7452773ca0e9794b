#include "plugin/worker/output.hpp"

#include <algorithm>
#include <chrono>

namespace conserje {

std::vector<std::string> OutputLines::add(std::string_view bytes, MonotonicTime now) {
  std::vector<std::string> lines;
  for (const char c : bytes) {
    if (c == '\n') {
      end_line(lines, now);
    } else {
      is_begun_ = true;
      if (line_.size() < kLineBytes) line_ += c;
    }
  }
  return lines;
}

std::vector<std::string> OutputLines::finish(MonotonicTime now) {
  std::vector<std::string> lines;
  if (is_begun_) end_line(lines, now);
  return lines;
}

void OutputLines::end_line(std::vector<std::string>& lines, MonotonicTime now) {
  is_begun_ = false;
  const auto seconds = std::chrono::duration<double>(now - std::exchange(last_, now)).count();
  credit_ = std::min<double>(kLinesAtOnce, credit_ + seconds * kLinesPerSecond);
  auto line = std::exchange(line_, {});
  if (line.empty()) return;
  if (credit_ < 1) {
    ++left_out_;
    return;
  }
  --credit_;
  lines.push_back(std::move(line));
}

}  // namespace conserje
