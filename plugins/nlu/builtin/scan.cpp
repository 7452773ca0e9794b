#include "scan.hpp"

#include <algorithm>
#include <string_view>

namespace conserje::nlu {
namespace {

constexpr std::size_t kMaxNameWords = 5;
constexpr double kSurely = 1, kPerhaps = 0;  // "Me llamo Abril", "para Abril"
constexpr std::size_t kMaxEmailTokens = 32;
constexpr std::size_t kMaxPhoneTokens = 16;
constexpr std::size_t kMaxCodeTokens = 12;

constexpr std::string_view kParticles[] = {"de",  "del", "la", "las", "los", "da", "do",
                                           "das", "dos", "di", "van", "von", "der"};

bool is_particle(const Token& token) {
  return std::ranges::find(kParticles, token.folded) != std::end(kParticles);
}

/// The end of a name that begins at `begin`; `begin` when there is none. A particle stands between
/// two of its words.
template <class IsNameWord>
std::size_t name_end(const std::vector<Token>& tokens, std::size_t begin, IsNameWord is_name_word) {
  std::size_t end = begin;
  for (std::size_t at = begin; at < tokens.size() && at < begin + kMaxNameWords + 2; ++at) {
    const Token& token = tokens[at];
    if (token.kind != TokenKind::word) {
      const bool inside =
          (token.folded == "'" || token.folded == "-") && at > begin && !token.after_space;
      if (!inside) break;
    } else if (is_name_word(token)) {
      end = at + 1;
    } else if (at == begin || !is_particle(token)) {
      break;
    }
  }
  return end;
}

void scan_names(Chart& chart, const Grammar& grammar) {
  const auto& tokens = chart.text().tokens;
  const auto capital = [](const Token& token) { return token.capital; };
  const auto plausible = [&](const Token& token) {
    return token.capital || (!is_particle(token) && !grammar.knows(token.folded));
  };
  for (std::size_t token = 0; token < tokens.size(); ++token)
    chart.for_each_at(token, [&](const Item& cue) {
      const std::size_t begin = cue.end;
      std::size_t end = begin;
      if (cue.category == Category::name_cue) end = name_end(tokens, begin, plausible);
      if (cue.category == Category::name_hint) end = name_end(tokens, begin, capital);
      const bool said_so = cue.category == Category::name_cue;
      if (end > begin)
        chart.add(Category::person_name, begin, end, {.number = said_so ? kSurely : kPerhaps});
    });
}

bool is_email_mark(const Token& token) {
  return token.folded == "." || token.folded == "-" || token.folded == "_" || token.folded == "+";
}
bool is_email_part(const Token& token) {
  return token.kind != TokenKind::symbol || is_email_mark(token);
}

void scan_emails(Chart& chart) {
  const auto& tokens = chart.text().tokens;
  for (std::size_t at = 1; at + 1 < tokens.size(); ++at) {
    if (tokens[at].folded != "@" || tokens[at].after_space) continue;
    std::size_t begin = at;
    while (begin > 0 && at - begin < kMaxEmailTokens && is_email_part(tokens[begin - 1])) {
      --begin;
      if (tokens[begin].after_space) break;
    }
    std::size_t end = at + 1;
    bool dotted = false;
    while (end < tokens.size() && end - at < kMaxEmailTokens && !tokens[end].after_space &&
           is_email_part(tokens[end])) {
      if (tokens[end].folded == "." && end > at + 1) dotted = true;
      ++end;
    }
    while (end > at + 1 && is_email_mark(tokens[end - 1])) --end;
    while (begin < at && is_email_mark(tokens[begin])) ++begin;
    if (begin < at && dotted && end > at + 3) chart.add(Category::email, begin, end, {});
  }
}

bool is_phone_mark(const Token& token) {
  return token.folded == "-" || token.folded == "." || token.folded == "(" || token.folded == ")";
}

/// Eight to fifteen digits in groups, one of them of three or more: +54 9 11 5555-0142.
void scan_phones(Chart& chart) {
  const auto& tokens = chart.text().tokens;
  for (std::size_t begin = 0; begin < tokens.size();) {
    const bool international = tokens[begin].folded == "+";
    if (!international && tokens[begin].folded != "(" && tokens[begin].kind != TokenKind::digits) {
      ++begin;
      continue;
    }
    std::size_t at = begin + (international ? 1 : 0), end = begin, digits = 0, longest = 0;
    for (; at < tokens.size() && at < begin + kMaxPhoneTokens; ++at) {
      const Token& token = tokens[at];
      if (token.kind == TokenKind::digits) {
        digits += token.folded.size();
        longest = std::max(longest, token.folded.size());
        end = at + 1;
      } else if (!is_phone_mark(token)) {
        break;
      }
    }
    if (digits >= 8 && digits <= 15 && longest >= 3) chart.add(Category::phone, begin, end, {});
    begin = std::max(end, begin + 1);
  }
}

bool cue_ends_at(const Chart& chart, std::size_t token) {
  bool found = false;
  for (std::size_t back = 1; back <= 4 && back <= token; ++back)
    chart.for_each_at(token - back, [&](const Item& item) {
      found |= item.category == Category::code_cue && item.end == token;
    });
  return found;
}

/// A run of letters, digits and dashes that touch: R-1042, CJ-7F3K2A, 5F2K9. Bare digits only after
/// "reserva", "#".
void scan_codes(Chart& chart) {
  const auto& tokens = chart.text().tokens;
  for (std::size_t begin = 0; begin < tokens.size();) {
    std::size_t end = begin;
    std::size_t letters = 0, capitals = 0, digits = 0, dashes = 0, first_letters = 0;
    while (end < tokens.size() && end < begin + kMaxCodeTokens &&
           (end == begin || !tokens[end].after_space)) {
      const Token& token = tokens[end];
      if (token.kind == TokenKind::word) {
        letters += token.folded.size();
        capitals += token.capital ? token.folded.size() : 0;
        if (end == begin) first_letters = token.folded.size();
      } else if (token.kind == TokenKind::digits) {
        digits += token.folded.size();
      } else if (token.folded == "-" && end > begin) {
        ++dashes;
      } else {
        break;
      }
      ++end;
    }
    while (end > begin && tokens[end - 1].folded == "-") --end;
    const std::size_t size = letters + digits;
    const bool announced =
        (begin > 0 && tokens[begin - 1].folded == "#") || cue_ends_at(chart, begin);
    const bool dashed =
        dashes > 0 && first_letters >= 1 && first_letters <= 4 && digits > 0 && size >= 4;
    const bool shouted = letters > 0 && capitals == letters && digits >= 2 && size >= 5;
    const bool given = announced && digits >= 3 && size >= 4;
    if (end > begin && size <= 20 && (dashed || shouted || given))
      chart.add(Category::code, begin, end, {});
    begin = std::max(end, begin + 1);
  }
}

}  // namespace

void scan_shapes(Chart& chart, const Grammar& grammar) {
  scan_names(chart, grammar);
  scan_emails(chart);
  scan_phones(chart);
  scan_codes(chart);
}

}  // namespace conserje::nlu
