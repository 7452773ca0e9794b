#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "guard/clock.hpp"

namespace conserje {

/// What a plugin writes to standard output or standard error, made into lines for the log: each at
/// most kLineBytes long (the rest of a longer one is left out), and no more than kLinesAtOnce and
/// then kLinesPerSecond. Pure: time is passed in.
class OutputLines {
 public:
  static constexpr std::size_t kLineBytes = 1024;
  static constexpr unsigned kLinesAtOnce = 100;
  static constexpr unsigned kLinesPerSecond = 20;

  /// The lines that `bytes` ends, as many as may be logged.
  std::vector<std::string> add(std::string_view bytes, MonotonicTime now);
  /// What was written last and not ended by a newline.
  std::vector<std::string> finish(MonotonicTime now);
  /// How many lines have been left out since the last question.
  std::uint64_t left_out() { return std::exchange(left_out_, 0); }

 private:
  void end_line(std::vector<std::string>& lines, MonotonicTime now);

  std::string line_;
  bool is_begun_ = false;
  double credit_ = kLinesAtOnce;
  MonotonicTime last_{};
  std::uint64_t left_out_ = 0;
};

}  // namespace conserje
