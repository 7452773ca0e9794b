#include "imap_reply.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "mime.hpp"

namespace conserje::gmail {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxDepth = 16;
constexpr std::string_view kLineEnd = "\r\n";

Error not_imap() { return {ErrorClass::permanent, "gmail: the mail server does not speak IMAP"}; }

/// The size of the literal that a line announces at its end: "{310}"; nullopt: none.
std::optional<std::size_t> literal_at_end(std::string_view line) {
  if (!line.ends_with('}')) return std::nullopt;
  const auto open = line.rfind('{');
  if (open == std::string_view::npos) return std::nullopt;
  std::size_t size = 0;
  const auto* end = line.data() + line.size() - 1;
  const auto [stop, error] = std::from_chars(line.data() + open + 1, end, size);
  if (error != std::errc() || stop != end) return std::nullopt;
  return size;
}

/// Takes the values of one reply apart; the whole of it is there, literals included.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::string word() {
    skip_spaces();
    const auto end = std::min(rest_.find(' '), rest_.size());
    auto out = std::string(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return out;
  }
  std::string_view rest() {
    skip_spaces();
    return rest_;
  }

  bool values(std::vector<ImapValue>& out, std::size_t depth) {
    if (depth > kMaxDepth) return false;
    for (skip_spaces(); !rest_.empty() && rest_[0] != ')'; skip_spaces())
      if (!value(out.emplace_back(), depth)) return false;
    return depth > 0 || rest_.empty();
  }

 private:
  void skip_spaces() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }

  bool value(ImapValue& out, std::size_t depth) {
    switch (rest_[0]) {
      case '(': return list(out, depth);
      case '"': return quoted(out);
      case '{': return literal(out);
      default: return atom(out);
    }
  }

  bool list(ImapValue& out, std::size_t depth) {
    out.kind = ImapValue::Kind::list;
    rest_.remove_prefix(1);
    if (!values(out.items, depth + 1) || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool quoted(ImapValue& out) {
    out.kind = ImapValue::Kind::text;
    for (rest_.remove_prefix(1); !rest_.empty(); rest_.remove_prefix(1)) {
      if (rest_[0] == '"') {
        rest_.remove_prefix(1);
        return true;
      }
      if (rest_[0] == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      out.text += rest_[0];
    }
    return false;
  }

  bool literal(ImapValue& out) {
    out.kind = ImapValue::Kind::text;
    const auto end = rest_.find(kLineEnd);
    if (end == std::string_view::npos) return false;
    const auto size = literal_at_end(rest_.substr(0, end));
    rest_.remove_prefix(end + kLineEnd.size());
    if (!size || *size > rest_.size()) return false;
    out.text = rest_.substr(0, *size);
    rest_.remove_prefix(*size);
    return true;
  }

  /// "BODY[HEADER.FIELDS (SUBJECT)]" is one atom.
  bool atom(ImapValue& out) {
    std::size_t at = 0;
    bool in_brackets = false;
    for (; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (c == '\r' || c == '\n') return false;
      if (c == '[') in_brackets = true;
      if (c == ']') in_brackets = false;
      if (!in_brackets && (c == ' ' || c == '(' || c == ')' || c == '"')) break;
    }
    if (at == 0) return false;
    out.kind = ImapValue::Kind::atom;
    out.text = rest_.substr(0, at);
    if (out.text == "NIL") out = {};
    rest_.remove_prefix(at);
    return true;
  }

  std::string_view rest_;
};

bool is_status(std::string_view word) {
  constexpr std::array<std::string_view, 5> kAll = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
  return std::ranges::find(kAll, word) != kAll.end();
}

Result<ImapReply> parse_reply(std::string_view whole) {
  Parser parser(whole);
  ImapReply reply{.tag = parser.word()};
  if (reply.tag.empty() || reply.tag.find(kLineEnd) != std::string::npos) return not_imap();
  if (reply.tag == "+") {
    reply.text = parser.rest();
    return reply;
  }
  const auto rest = parser.rest();
  auto word = parser.word();
  std::ranges::transform(word, word.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  if (!is_status(word)) {
    if (!Parser(rest).values(reply.values, 0)) return not_imap();
    return reply;
  }
  reply.status = word;
  auto text = parser.rest();
  if (text.starts_with('['))
    if (const auto close = text.find(']'); close != std::string_view::npos) {
      reply.code = text.substr(1, close - 1);
      text = trimmed(text.substr(close + 1));
    }
  reply.text = text;
  return reply;
}

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool mentions(std::string_view text, std::string_view word) {
  return lower(text).find(word) != std::string::npos;
}

}  // namespace

Result<std::optional<ImapReply>> ImapReader::next() {
  for (std::size_t at = 0;;) {
    const auto end = buffer_.find(kLineEnd, at);
    if (end == std::string::npos) {
      if (buffer_.size() > max_bytes_) return not_imap();
      return std::optional<ImapReply>();
    }
    const auto literal = literal_at_end(std::string_view(buffer_).substr(at, end - at));
    if (!literal) {
      auto reply = parse_reply(std::string_view(buffer_).substr(0, end));
      buffer_.erase(0, end + kLineEnd.size());
      if (!reply) return reply.error();
      return std::optional(*std::move(reply));
    }
    if (*literal > max_bytes_ || end + *literal > max_bytes_) return not_imap();
    at = end + kLineEnd.size() + *literal;
    if (buffer_.size() < at) return std::optional<ImapReply>();
  }
}

Result<std::string> imap_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c < 0x20 || c == 0x7F)  // Signed: also what is not ASCII.
      return Error{ErrorClass::permanent, "gmail: only printable ASCII can go to the mail server"};
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::int64_t read_internal_date(std::string_view text) {
  int day = 0;
  int year = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int zone = 0;
  std::array<char, 4> month{};
  const std::string copy(trimmed(text));
  if (std::sscanf(copy.c_str(), "%2d-%3s-%4d %2d:%2d:%2d %5d", &day, month.data(), &year, &hour,
                  &minute, &second, &zone) != 7)
    return 0;
  const auto found = std::ranges::find(kMonths, std::string_view(month.data()));
  if (found == kMonths.end() || day < 1 || year < 1970) return 0;
  const std::chrono::year_month_day date(
      std::chrono::year(year),
      std::chrono::month(static_cast<unsigned>(found - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(day)));
  if (!date.ok()) return 0;
  const auto at = std::chrono::sys_days(date) + std::chrono::hours(hour - zone / 100) +
                  std::chrono::minutes(minute - zone % 100) + std::chrono::seconds(second);
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

std::string to_search_date(std::int64_t ms) {
  const auto days = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ms)));
  const std::chrono::year_month_day date(days);
  return std::to_string(static_cast<unsigned>(date.day())) + "-" +
         std::string(kMonths[static_cast<unsigned>(date.month()) - 1]) + "-" +
         std::to_string(static_cast<int>(date.year()));
}

Error to_error(const ImapReply& reply) {
  Error error{.error_class = ErrorClass::retry,
              .message = "gmail: the mail server answered " + reply.status,
              .vendor_code = std::string(beginning(reply.code, 100))};
  const bool is_login = reply.code.starts_with("AUTHENTICATIONFAILED") ||
                        reply.code.starts_with("AUTHORIZATIONFAILED") ||
                        reply.code.starts_with("WEBALERT") ||
                        mentions(reply.text, "application-specific password") ||
                        mentions(reply.text, "invalid credentials");
  if (is_login) {
    error.error_class = ErrorClass::config;
    error.message +=
        ": it does not accept the login; an operator must make an app password and set "
        "`password` (the account's own never works)";
  } else if (reply.code.starts_with("OVERQUOTA")) {
    error.retry_after = 2h;
    error.message += ": the account is over its limit of bytes or commands";
  } else if (mentions(reply.text, "too many simultaneous connections")) {
    error.retry_after = 5min;
    error.message += ": too many connections to the account";
  } else if (reply.status == "BAD") {
    error.error_class = ErrorClass::permanent;
  }
  return error;
}

}  // namespace conserje::gmail
