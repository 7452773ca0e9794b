#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace conserje {

/// A place in a configuration file. Line and column count from 1; line 0: the file as a whole.
struct Position {
  std::string file;
  int line = 0;
  int column = 0;

  bool operator==(const Position&) const = default;
};

enum class Severity : unsigned char {
  warning,
  error,  // The host does not start with it.
};

/// One thing that is wrong with the configuration, told so that the reader can mend it. Never holds
/// a secret's value.
struct Finding {
  Severity severity = Severity::error;
  Position at;
  std::string path;   // "plugins.desk.use"; empty: the file as a whole.
  std::string found;  // `unknown key "lisen" in the top level`
  std::string fix{};  // `did you mean "listen"?`; may be empty
  std::string
      needed{};  // The right shape: `listen: ADDRESS:PORT, such as 127.0.0.1:8080`; may be empty

  bool operator==(const Finding&) const = default;
};

/// config/dev.yaml:12:5: error: unknown key "lisen" in the top level; did you mean "listen"?
///     needed: listen: ADDRESS:PORT, such as 127.0.0.1:8080
std::string to_string(const Finding& finding);

/// All findings in the order of the files, then one line that counts them. Empty when there is
/// none.
std::string report(std::span<const Finding> findings);

bool has_errors(std::span<const Finding> findings);

/// The candidate that `word` most likely meant: at most a third of its letters, and at most three,
/// wrong, missing, too many or swapped. Empty: none is near.
std::string_view nearest(std::string_view word, std::span<const std::string> candidates);

/// `"word"`
std::string in_quotes(std::string_view text);

/// `did you mean "near"?`, or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

/// "a, b, c"
std::string joined(std::span<const std::string> words);

}  // namespace conserje
