#include "plugin/refusal.hpp"

namespace conserje {
namespace {

constexpr std::string_view kIndent = "\n    ";

/// What stands in a file may stand in here, so no control character gets through.
char visible(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c; }

/// Appends `text`, with its further lines as deep as its first.
void append(std::string& out, std::string_view label, std::string_view text) {
  out += kIndent;
  out += label;
  for (const char c : text) {
    out += c == '\n' ? c : visible(c);
    if (c == '\n') out.append(kIndent.size() - 1 + label.size(), ' ');
  }
}

}  // namespace

Error refusal(std::string_view found, std::string_view needed, std::string_view who,
              std::string_view fix) {
  std::string text;
  for (const char c : found) text += visible(c);
  append(text, "needed: ", needed);
  append(text, "who must act: ", who);
  append(text, "do: ", fix);
  return {ErrorClass::config, std::move(text)};
}

}  // namespace conserje
