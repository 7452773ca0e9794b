#pragma once

#include <vector>

#include "../common/document.hpp"
#include "conserje/channel_types.hpp"

/// What Meta tells the owner of the account rather than the guests' hotel: templates, limits, bans.
/// Source: https://developers.facebook.com/docs/whatsapp/webhooks/reference
namespace conserje::whatsapp {

using document::Value;

/// The notices of a change in `entry`; none for a field that carries no news of the account.
/// metadata: {field, entry {id, time}, value}, enough to tell a repetition by.
std::vector<channel::Notice> account_notices(Value entry, Value change);

/// Trouble of the account or the app that came instead of messages.
channel::Notice error_notice(Value error);

}  // namespace conserje::whatsapp
