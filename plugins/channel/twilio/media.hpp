#pragma once

#include <string>
#include <string_view>

#include "config.hpp"
#include "conserje/channel.hpp"
#include "conserje/result.hpp"

/// Where a guest's file is, and who may be told our credential. Pure.
/// Source: https://www.twilio.com/docs/messaging/api/media-resource
namespace conserje::twilio {

/// The URL of a file at our API. What came with the message is taken at its word only as far as it
/// names one of our own messages at Twilio's API: its path, never its host.
/// Errors: permanent, it names something else.
Result<std::string> media_url(const channel::FetchMediaRequest& request, const Config& config);

/// The absolute URL that a redirect from `url` leads to. Errors: permanent, it is none or not HTTPS
/// (HTTP where the API itself is spoken to by it).
Result<std::string> redirected(std::string_view location, const Config& config);

/// "api.twilio.com:443" of a URL; empty when it has none.
std::string_view authority_of(std::string_view url);

}  // namespace conserje::twilio
