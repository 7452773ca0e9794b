#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/result.hpp"

/// Reading the parts of a request that the HTTP server passes on as they came. Pure; fuzzed.
namespace conserje {

/// Bounds of a query, and of an Idempotency-Key in bytes.
inline constexpr std::size_t kMostParameters = 32;
inline constexpr std::size_t kLongestKey = 100;

using Query = std::map<std::string, std::string, std::less<>>;

/// The credentials of "Bearer CREDENTIALS" (RFC 6750 2.1); nullopt: another scheme, or none.
std::optional<std::string_view> bearer_token(std::string_view authorization);

/// With each %XX as its byte. nullopt: a '%' without two hexadecimal digits behind it.
std::optional<std::string> percent_decoded(std::string_view text);

/// "limit=10&after=a%20b". Errors: permanent, a parameter is malformed or there twice, or there are
/// more than kMostParameters.
Result<Query> read_query(std::string_view query);

/// Whether an Accept header (RFC 9110 12.5.1) takes `type`, such as "application/json".
bool accepts(std::string_view accept, std::string_view type);

/// Whether a Content-Type is `type`, with whatever parameters.
bool is_media_type(std::string_view content_type, std::string_view type);

/// Whether it may be an Idempotency-Key: 1 to kLongestKey printable characters of ASCII.
bool is_idempotency_key(std::string_view text);

/// The whole of `text` as a number.
std::optional<std::int64_t> whole_number(std::string_view text);

/// The texts that stand for the {...} of `pattern` in `path`, decoded; nullopt: it does not fit.
/// pattern: "/api/v1/admin/plugins/{name}".
std::optional<std::vector<std::string>> match_path(std::string_view pattern, std::string_view path);

}  // namespace conserje
