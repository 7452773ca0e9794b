#pragma once

#include <cstdint>
#include <string_view>

#include "conserje/cj.h"

namespace conserje {

/// The bounds of one call.
inline constexpr std::size_t kMaxAttachments = 16;
inline constexpr std::uint64_t kReplyLimit =
    16 * 1024 * 1024;  // Bytes of the head, of each attachment.

/// What is wrong with a plugin's result by cj.h, in a word of ours; empty: nothing. Reads no
/// buffer. Pure.
std::string_view flaw(const cj_result& result);

/// `text` when it is one of the words of flaw(), or "exception"; "unknown" otherwise.
std::string_view known_flaw(std::string_view text);

/// Releases every buffer of a result without a flaw.
void release_all(const cj_result& result);

}  // namespace conserje
