#pragma once

#include <string_view>

#include "../common/document.hpp"
#include "conserje/channel_types.hpp"
#include "conserje/host.hpp"
#include "memory.hpp"

/// The linked phone: how it is, and who must act.
/// Source: https://waha.devlike.pro/docs/how-to/sessions/
namespace conserje::waha {

/// What a change of the session's status means, from a session.status payload.
channel::Notice status_notice(document::Value payload);

/// The answer to GET /api/sessions/{session}. `number`: the one that must be linked; empty: any.
channel::ChannelHealth read_session(const HttpResponse& response, std::string_view number);

/// The status in such an answer; empty: it has none.
std::string session_status(const HttpResponse& response);

/// `health` of a session, and whether what it sends arrives and what it hears is told. A session
/// may say WORKING and be deaf; then only its acks show it.
channel::ChannelHealth with_pulse(channel::ChannelHealth health, const Pulse& pulse);

/// Different chats without an ack, and acks in a row that no webhook told, from which on it is no
/// coincidence.
inline constexpr std::size_t kDeafAfter = 2;

}  // namespace conserje::waha
