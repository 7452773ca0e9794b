#pragma once

#include <istream>
#include <string>
#include <string_view>

#include "conserje/nlu_types.hpp"

/// `conserje nlu parse`, line by line: JSON objects in, JSON objects out.
namespace conserje {

/// A line that is longer is not read.
inline constexpr std::size_t kMaxNluLineBytes = 1024 * 1024;

/// One line of input without its newline.
struct NluLine {
  std::string text{};
  bool too_long = false;  // Longer than kMaxNluLineBytes: `text` is its beginning.

  bool operator==(const NluLine&) const = default;
};

/// The next line; false at the end. Keeps at most kMaxNluLineBytes of it, whatever comes.
bool read_nlu_line(std::istream& in, NluLine& line);

/// What one line asks: {"text", "language"?, "now"?, "time_zone"?, "pending"?}; what it leaves out
/// is empty. A blank between date and time of `now`, and a time without seconds, are taken, too.
/// Errors: permanent, the line is no such object; the message says what is wrong.
Result<nlu::ParseRequest> read_question(std::string_view line);

/// {"intent", "confidence", "ranking": [{"intent", "confidence"}], "topic"?,
///  "also"?: [{"intent", "confidence", "topic"?}], "language",
///  "entities": [{"entity", "text", "start", "end", "value"}]}; `start` and `end` count code points
/// of `text`, `end` exclusive.
std::string write_answer(const nlu::ParseReply& reply, std::string_view text);

/// {"error": what}
std::string write_refusal(std::string_view what);

}  // namespace conserje
