#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/channel.hpp"
#include "mime.hpp"

namespace conserje::gmail {

/// A mail that we send. Ids are without angle brackets.
struct Outgoing {
  Address from{};
  std::string to{};
  std::string subject{};
  std::string text{};
  std::string message_id{};
  std::string in_reply_to{};              // Empty: it answers nothing.
  std::vector<std::string> references{};  // Oldest first.
  std::int64_t date_ms = 0;
  channel::Media media{};  // What `file` is.
  std::string_view file{};
  bool has_file = false;
};

/// The mail as it goes over the wire: ASCII, lines of at most 998 bytes ended by CR LF, headers
/// encoded by RFC 2047, "Auto-Submitted: auto-replied" so that no machine answers it.
/// Errors: permanent, an address or a header could carry more than itself (a control character), or
///         the recipient is no address.
Result<std::string> compose(const Outgoing& mail);

/// What the guest reads: the text, a location as lines, a file's link, and the choices as numbered
/// lines, since mail has no buttons.
std::string to_text(const channel::SendRequest& request);

/// local@domain in ASCII, without anything that could end it.
bool is_address(std::string_view text);

}  // namespace conserje::gmail
