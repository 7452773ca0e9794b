#include "quote.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "mime.hpp"

namespace conserje::gmail {
namespace {

using Lines = std::vector<std::string_view>;

/// "On Tue, 4 Aug 2026 at 10:00, Hotel Sol <x@y> wrote:" may be broken over so many lines.
constexpr std::size_t kIntroductionLines = 3;
constexpr std::size_t kIntroductionBytes = 400;
/// "De:", "Enviado:", "Para:", "Asunto:" stand so close together.
constexpr std::size_t kHeaderLines = 6;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    lines.push_back(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.size(), lines.back().size() + 1));
  }
  return lines;
}

bool begins_with_any(std::string_view line, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](auto word) { return line.starts_with(word); });
}

/// How many lines "El mar, 4 ago 2026 a las 10:00, Hotel Sol (<x@y>) escribió:" takes, in our
/// languages; 0: it is none.
std::size_t introduction_at(const Lines& lines, std::size_t at) {
  const auto first = trimmed(lines[at]);
  if (!begins_with_any(first, {"El ", "On ", "Em ", "Le ", "Am "})) return 0;
  std::string joined;
  for (std::size_t i = at; i < std::min(lines.size(), at + kIntroductionLines); ++i) {
    joined += (joined.empty() ? "" : " ") + std::string(trimmed(lines[i]));
    if (joined.size() > kIntroductionBytes) return 0;
    constexpr std::array<std::string_view, 8> kWrote = {
        "escribió:", "escribio:", "wrote:",   "escreveu:",
        "a écrit :", "a écrit:",  "schrieb:", "schrieb :"};
    const bool wrote =
        std::ranges::any_of(kWrote, [&](auto word) { return joined.ends_with(word); });
    if (wrote) return joined.find_first_of("0123456789@") != std::string::npos ? i - at + 1 : 0;
  }
  return 0;
}

/// "-----Original Message-----", and the line that Outlook draws.
bool is_separator(std::string_view line) {
  line = trimmed(line);
  if (line.size() >= 20 && line.find_first_not_of('_') == std::string_view::npos) return true;
  if (!line.starts_with("---")) return false;
  const auto words = lower(line);
  constexpr std::array<std::string_view, 7> kWords = {
      "original message",  "mensaje original",     "mensagem original",      "forwarded message",
      "mensaje reenviado", "mensagem encaminhada", "ursprüngliche nachricht"};
  return std::ranges::any_of(kWords,
                             [&](auto word) { return words.find(word) != std::string::npos; });
}

/// The headers that Outlook repeats: "De: ... Enviado: ... Para: ... Asunto: ...".
bool is_header_block(const Lines& lines, std::size_t at) {
  if (!begins_with_any(trimmed(lines[at]), {"De:", "From:", "*De:*", "*From:*", "Von:"}))
    return false;
  bool has_date = false;
  bool has_subject = false;
  for (std::size_t i = at + 1; i < std::min(lines.size(), at + kHeaderLines); ++i) {
    const auto line = trimmed(lines[i]);
    has_date = has_date ||
               begins_with_any(line, {"Enviado", "*Enviado",
                                      "Sent:", "*Sent:", "Date:", "Fecha:", "Data:", "Gesendet:"});
    has_subject = has_subject || begins_with_any(line, {"Asunto:", "*Asunto:", "Subject:",
                                                        "*Subject:", "Assunto:", "Betreff:"});
  }
  return has_date && has_subject;
}

bool is_signature(std::string_view line) { return line == "-- " || line == "--"; }

/// The first line at or after `at` that says anything is marked as quoted.
bool quotes_by_marks(const Lines& lines, std::size_t at) {
  while (at < lines.size() && trimmed(lines[at]).empty()) ++at;
  return at < lines.size() && trimmed(lines[at]).starts_with('>');
}

}  // namespace

std::string own_words(std::string_view text) {
  const auto lines = lines_of(text);
  std::string own;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is_signature(lines[i]) || is_separator(lines[i]) || is_header_block(lines, i)) break;
    if (const auto length = introduction_at(lines, i); length > 0) {
      if (!quotes_by_marks(lines, i + length)) break;
      i += length - 1;  // Some answer below what they quote.
      continue;
    }
    if (trimmed(lines[i]).starts_with('>')) continue;
    own.append(lines[i]).push_back('\n');
  }
  const auto kept = trimmed(own);
  return std::string(kept.empty() ? trimmed(text) : kept);
}

}  // namespace conserje::gmail
