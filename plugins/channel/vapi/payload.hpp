#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conserje/json.hpp"

namespace conserje::vapi {

inline constexpr std::size_t kMaxDepth = 64;

/// `text` as a JSON tree. Errors: permanent, it is not JSON in UTF-8, or nests deeper than
/// kMaxDepth.
Result<Json> parse_document(std::string_view text);

// VAPI leaves members out and spells some in several ways, so whatever is absent or of another type
// reads as empty.

/// The member of an object, else null. Borrowed from `json`.
const Json& member(const Json& json, std::string_view name);
/// The text of a member; a number's digits.
std::string text(const Json& json, std::string_view name);
bool flag(const Json& json, std::string_view name);
/// ms since 1970: a number, a text of digits, or ISO 8601 in UTC; nullopt: none of these.
std::optional<std::int64_t> time_ms(const Json& value);

/// 16 hexadecimal digits that differ for different texts, as far as nobody tries.
std::string fingerprint(std::string_view text);

/// `text`, cut to at most `bytes` between two characters.
std::string cut(std::string_view text, std::size_t bytes);

}  // namespace conserje::vapi
