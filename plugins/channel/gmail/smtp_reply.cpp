#include "smtp_reply.hpp"

#include <algorithm>
#include <chrono>
#include <initializer_list>

namespace conserje::gmail {
namespace {

using namespace std::chrono_literals;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "5.1.1" at the front of `text`; empty: none (RFC 3463: class, subject, detail).
std::string_view enhanced_at(std::string_view text) {
  if (text.empty() || (text[0] != '2' && text[0] != '4' && text[0] != '5')) return {};
  std::size_t at = 1;
  for (int part = 0; part < 2; ++part) {
    if (at >= text.size() || text[at] != '.') return {};
    const auto start = ++at;
    while (at < text.size() && is_digit(text[at]) && at - start < 3) ++at;
    if (at == start) return {};
  }
  return text.substr(0, at);
}

bool is_one_of(std::string_view status, std::initializer_list<std::string_view> known) {
  return std::ranges::find(known, status) != known.end();
}

ErrorClass judge(const SmtpReply& reply) {
  if (reply.code >= 400 && reply.code < 500) return ErrorClass::retry;
  const auto& status = reply.enhanced;
  if (reply.code == 530 || reply.code == 534 || reply.code == 535 || reply.code == 538)
    return ErrorClass::config;
  if (status == "5.4.5") return ErrorClass::retry;
  // A mailbox that is full today may not be tomorrow.
  if (status == "5.2.2") return ErrorClass::retry;
  if (is_one_of(status, {"5.7.1", "5.7.26", "5.7.25", "5.7.27", "5.7.8", "5.7.9"}))
    return ErrorClass::config;
  return ErrorClass::permanent;
}

std::optional<std::chrono::milliseconds> wait_for(const SmtpReply& reply) {
  if (reply.enhanced == "5.4.5") return 24h;
  if (reply.enhanced == "5.2.2" || reply.enhanced == "4.2.2") return 1h;
  if (reply.enhanced == "4.7.0" || reply.code == 454) return 10min;
  return std::nullopt;
}

}  // namespace

SmtpReply read_smtp_reply(std::string_view line) {
  if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, is_digit)) return {};
  SmtpReply reply{.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0')};
  if (reply.code < 200 || reply.code > 599) return {};
  if (line.size() > 4) reply.enhanced = enhanced_at(line.substr(4));
  if (!reply.enhanced.empty() && reply.enhanced[0] != line[0]) reply.enhanced.clear();
  return reply;
}

Error to_error(const SmtpReply& reply) {
  const auto error_class = judge(reply);
  std::string text = "gmail: the mail server answered " + std::to_string(reply.code);
  if (!reply.enhanced.empty()) text += " " + reply.enhanced;
  if (error_class == ErrorClass::config)
    text += "; an operator must check the app password, and what the account may send";
  return {.error_class = error_class,
          .message = text,
          .retry_after = error_class == ErrorClass::retry ? wait_for(reply) : std::nullopt,
          .vendor_code = reply.enhanced.empty() ? std::to_string(reply.code) : reply.enhanced};
}

bool is_login_refused(const Error& error) {
  return is_one_of(error.vendor_code, {"534", "535", "5.7.8", "5.7.9"});
}

ErrorClass judge_enhanced(std::string_view status) {
  if (status.starts_with('4')) return ErrorClass::retry;
  return judge({.code = 550, .enhanced = std::string(status)});
}

}  // namespace conserje::gmail
