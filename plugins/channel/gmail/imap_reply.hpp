#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/result.hpp"

/// What an IMAP server says: RFC 3501, section 9. Pure.
namespace conserje::gmail {

/// A value in a reply: an atom, a text (quoted or literal), a list, or NIL.
struct ImapValue {
  enum class Kind : unsigned char { nil, atom, text, list };
  Kind kind = Kind::nil;
  std::string text{};  // Of an atom or a text.
  std::vector<ImapValue> items{};

  bool operator==(const ImapValue&) const = default;
};

/// One reply.
struct ImapReply {
  std::string tag{};     // Ours, "*", or "+".
  std::string status{};  // OK, NO, BAD, BYE or PREAUTH; empty: data.
  std::string code{};    // What stands in brackets behind a status: "UIDVALIDITY 1785920400".
  std::string text{};    // For people; with a status or "+".
  std::vector<ImapValue> values{};  // Of data.

  bool operator==(const ImapReply&) const = default;
};

/// Cuts a stream of bytes into replies.
class ImapReader {
 public:
  /// max_bytes: of one reply, literals included.
  explicit ImapReader(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  void feed(std::string_view bytes) { buffer_ += bytes; }
  /// The next whole reply; nullopt: more bytes are needed.
  /// Errors: permanent, this is not IMAP, or a reply is over the bound; the connection is of no use
  ///         any more.
  Result<std::optional<ImapReply>> next();

 private:
  std::size_t max_bytes_;
  std::string buffer_{};
};

/// A text as a quoted string. Errors: permanent, it has characters that cannot stand in one.
Result<std::string> imap_quoted(std::string_view text);

/// "05-Aug-2026 09:00:00 +0200" in ms since 1970; 0: it is no such date.
std::int64_t read_internal_date(std::string_view text);

/// Ms since 1970 as SEARCH wants a day: "4-Aug-2026".
std::string to_search_date(std::int64_t ms);

/// What a refusal means: `status` NO, BAD or BYE.
Error to_error(const ImapReply& reply);

}  // namespace conserje::gmail
