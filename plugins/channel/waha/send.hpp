#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conserje/channel.hpp"
#include "memory.hpp"

namespace conserje::waha {

/// Limits. WAHA has none of its own for a text; these are WhatsApp's, and polls' as WhatsApp shows
/// them.
inline constexpr std::size_t kMaxText = 4096;
inline constexpr std::size_t kMaxCaption = 1024;
inline constexpr std::size_t kMaxOptions = 12;
inline constexpr std::size_t kMaxParts = 10;
inline constexpr std::size_t kMaxFile = 16 * 1024 * 1024;

/// Where a message goes, and how it is to look.
struct Target {
  std::string session{};
  std::string chat{};       // A JID with its server.
  std::string quoted{};     // Full id of the message that is answered; empty: none.
  bool with_polls = false;  // Choices as a poll, where they fit.
  /// Ids for our messages, one for each of kMaxParts, where the engine knows a message by the id we
  /// give it; else empty.
  std::vector<std::string> ids{};
};

/// One request to WAHA's API.
struct Post {
  std::string path{};
  std::string body{};
  std::string id{};               // Ours, in the body; empty: WAHA gives one.
  std::vector<Option> options{};  // Of a poll.

  bool operator==(const Post&) const = default;
};

/// The requests that carry `message`, in order: its place, its file, then its text, in several
/// parts where it is long. Buttons become a poll under a short text, else lines "1. title". `file`:
/// the bytes of `message.media` where it has no url. Pure. Errors: permanent, there is nothing to
/// send, only a template, a file that is too large, or more than kMaxParts requests.
Result<std::vector<Post>> to_posts(const channel::SendRequest& message, const Target& target,
                                   std::string_view file = {});

/// The buttons as the guest sees them, numbered lines or options of a poll.
std::vector<Option> to_options(const std::vector<channel::Choice>& choices);

/// The bare id in the answer to such a request, wherever the engine puts it; `own_id` or nothing
/// where the answer has none: some releases of WEBJS answer nothing at all. Errors: as errors.hpp
/// classes them.
Result<std::string> read_accepted(const HttpResponse& response, const std::string& own_id);

/// "3EB0" and 16 capital hexadecimal digits of a digest of at least 8 bytes: what WhatsApp Web's
/// ids look like.
std::string message_id_from(std::string_view digest);

}  // namespace conserje::waha
