#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace conserje::gmail {

/// Base64url without padding, as Google writes tokens and mails (RFC 4648, section 5).
std::string to_base64url(std::string_view bytes);

/// The bytes of base64 or base64url, with or without padding; nullopt when it is neither.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace conserje::gmail
