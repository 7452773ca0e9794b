#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/url.hpp"

/// What X-Twilio-Signature covers. Pure; the HMAC is the caller's.
/// Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security and the official Node
/// library, version 6.
namespace conserje::twilio {

std::string base64(std::string_view bytes);
/// nullopt: it is not canonical base64.
std::optional<std::string> base64_decoded(std::string_view text);

/// The forms in which parts of Twilio may have signed a request to `url`: as it is, without and
/// with the port, with the characters escaped that browsers escape, with the query written anew as
/// older libraries do. Distinct, the likeliest first; at most kMaxSignedUrls.
std::vector<std::string> signed_urls(std::string_view url);
inline constexpr std::size_t kMaxSignedUrls = 7;

/// `url` with the user that a webhook's URL was given; Twilio signs it and sends it as
/// Authorization.
std::string with_user(std::string_view url, std::string_view user_and_password);

/// The parameters of a form as they follow the URL in the signed text: sorted by name, the distinct
/// values of a name sorted, nothing between them.
std::string signed_parameters(const url::Fields& fields);

/// `url` for a log: no user, the names of its parameters without their values, and not long.
std::string shown(std::string_view url);

}  // namespace conserje::twilio
