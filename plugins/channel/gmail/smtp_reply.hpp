#pragma once

#include <string>
#include <string_view>

#include "conserje/result.hpp"

/// Replies of mail servers in our classes. Source: RFC 3463, RFC 5321, and Gmail's SMTP errors
/// (https://support.google.com/a/answer/3726730).
namespace conserje::gmail {

/// One reply: "550 5.1.1 no such user".
struct SmtpReply {
  int code = 0;            // 0: it is no reply.
  std::string enhanced{};  // Such as 5.1.1; empty: the server gave none.

  bool operator==(const SmtpReply&) const = default;
};

/// The reply that a line (or the last line of several) begins with.
SmtpReply read_smtp_reply(std::string_view line);

/// What a refused command means; the basic code wins where both disagree. Limits come with a
/// `retry_after`.
Error to_error(const SmtpReply& reply);

/// `error`, made of a reply, is a refused login: to try it again soon would lock the account.
bool is_login_refused(const Error& error);

/// What the status of a bounce means, such as 5.1.1.
ErrorClass judge_enhanced(std::string_view status);

}  // namespace conserje::gmail
