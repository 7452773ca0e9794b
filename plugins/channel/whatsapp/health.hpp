#pragma once

#include <cstdint>

#include "conserje/channel.hpp"

/// How we are, by what the Graph API says of our number, our token and our subscription. Pure.
namespace conserje::whatsapp {

/// The answer to GET /{phone_number_id} with kHealthFields. ok: we can send; degraded: with limits,
/// or the API is busy; down: no. Source:
/// https://developers.facebook.com/docs/whatsapp/cloud-api/health-status
channel::ChannelHealth read_health(const HttpResponse& response);
inline constexpr auto* kHealthFields = "quality_rating,name_status,platform_type,health_status";

/// The answer to GET /debug_token: when the token ends, UTC, ms since 1970; 0: never, or it does
/// not say. Source:
/// https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging
std::int64_t read_token_end(const HttpResponse& response);

/// The answer to GET /{business account}/subscribed_apps: no app at all gets its webhooks. False
/// when it does not say.
bool is_unsubscribed(const HttpResponse& response);

}  // namespace conserje::whatsapp
