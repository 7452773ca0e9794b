#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conserje/result.hpp"

/// A mail as its author meant it: RFC 5322, 2045-2047, 2231, 3464, 3676. GMime reads it; nothing of
/// GMime shows here. Pure; threads: any.
namespace conserje::gmail {

inline constexpr std::size_t kMaxText = 64 * 1024;  // Bytes of a text that are kept.
inline constexpr std::size_t kMaxParts = 200;       // Of one mail; those behind are not looked at.
inline constexpr std::size_t kMaxHeaderText = 2'000;  // Bytes of one header that are kept.

struct Address {
  std::string name{};
  std::string address{};  // Lower case; empty: none.

  bool operator==(const Address&) const = default;
};

/// A file that came with a mail.
struct Attachment {
  std::size_t part = 0;     // Its number among the leaves of the mail, from 0.
  std::string mime_type{};  // Lower case.
  std::string file_name{};
  std::string content_id{};  // Without angle brackets.
  bool is_inline = false;    // Meant to be seen within the text.
  std::size_t size = 0;      // Bytes, decoded.

  bool operator==(const Attachment&) const = default;
};

/// What became of an earlier mail: message/delivery-status.
struct Report {
  std::string action{};  // failed, delayed, delivered, relayed or expanded.
  std::string status{};  // Such as 5.1.1.
  std::string recipient{};
  std::string message_id{};  // Of the mail that it is about.

  bool operator==(const Report&) const = default;
};

struct Mail {
  std::vector<std::pair<std::string, std::string>> headers{};  // Lower case, decoded; in order.
  Address from{};
  Address reply_to{};
  std::string subject{};
  std::string message_id{};  // Ids are without angle brackets.
  std::vector<std::string> references{};
  std::string in_reply_to{};
  std::int64_t date_ms = 0;  // 0: none.
  std::string text{};        // Of text/plain, UTF-8, lines ended by LF; empty: none.
  std::string html{};        // Of text/html, UTF-8.
  std::vector<Attachment> attachments{};
  std::optional<Report> report{};

  /// The first header of that name, which is in lower case; nullptr: none.
  const std::string* header(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

/// Reads `raw`, whatever it is: a mail has no wrong form, only empty parts.
Mail read_mail(std::string_view raw);

/// The decoded bytes of one attachment. Errors: permanent, there is no such part.
struct PartBytes {
  std::string mime_type{};
  std::string bytes{};
};
Result<PartBytes> read_part(std::string_view raw, std::size_t part);

/// `bytes` in `charset` as UTF-8 without NUL; a charset that is unknown or does not fit is taken as
/// windows-1252, in which every byte means something.
std::string to_utf8(std::string_view bytes, std::string_view charset);

/// The beginning of UTF-8 `text`, at most `limit` bytes, whole characters only.
std::string_view beginning(std::string_view text, std::size_t limit);

/// Makes GMime ready, once in a process and for as long as that lives: it has neither threads nor
/// descriptors. For whoever uses GMime.
void initialise_mime();

std::string lower(std::string_view text);
std::string_view trimmed(std::string_view text);

}  // namespace conserje::gmail
