#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "conserje/result.hpp"

/// How the files of examples are cut into lines.
namespace conserje::nlu {

/// A larger file of examples is not read.
constexpr std::size_t kMaxExampleFileBytes = 16 * 1024 * 1024;

/// Without the blanks around it.
inline std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// Calls use(line) for each line, trimmed.
template <class Use>
void for_each_text_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    use(line);
  }
}

/// Calls use(line) for each "- line" of a block.
template <class Use>
void for_each_line(std::string_view block, Use use) {
  for_each_text_line(block, [&](std::string_view line) {
    if (!line.starts_with('-')) return;
    line = trim(line.substr(1));
    if (!line.empty()) use(line);
  });
}

/// A file's bytes. Errors: config, it cannot be read, or has more than kMaxExampleFileBytes.
Result<std::string> read_text_file(const std::string& path);

}  // namespace conserje::nlu
