#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config.hpp"
#include "conserje/channel.hpp"
#include "conserje/url.hpp"
#include "errors.hpp"
#include "payload.hpp"

namespace conserje::twilio {

/// Twilio's limits, in characters as conserje/text.hpp counts them.
/// Source: https://www.twilio.com/docs/messaging/api/message-resource,
/// .../content/content-types-overview
inline constexpr std::size_t kMaxText = 1600;
inline constexpr std::size_t kMaxButtons = 3;
inline constexpr std::size_t kMaxRows = 10;
inline constexpr std::size_t kMaxParts = 10;

/// The forms for POST Messages.json that carry `request`, in order: its location, its file, then
/// its text, in several parts where it is long; the choices hang on the last part when one of the
/// configured contents has a place for them, else they are numbered lines of the text. A template
/// goes alone. Pure.
/// Errors: permanent, the recipient is no address of this channel, there is nothing to send, a file
/// has no URL, or it would take more than kMaxParts messages; config, the template or the account
/// is not known here.
Result<std::vector<url::Fields>> to_forms(const channel::SendRequest& request,
                                          const Config& config);

/// The answer to such a POST: the id of the message, of which statuses will tell.
/// Errors: as errors.hpp classes them; deadline, it was accepted without an id.
Result<std::string> read_accepted(const HttpResponse& response, const Occasion& occasion);

/// The parts of a message whose sending had an unknown outcome, as far as Twilio's list has them
/// since since_ms; null behind them. `listed`: what went to the recipient, newest first; borrowed.
std::vector<const Message*> find_parts(const channel::DeliveryStatusRequest& request,
                                       const std::vector<Message>& listed);
/// What the list says of the whole: found when each of its parts is there; the status is that of
/// the last one.
channel::DeliveryStatusReply find_sent(const channel::DeliveryStatusRequest& request,
                                       const std::vector<Message>& listed);

/// The answer to a question about one message.
channel::DeliveryStatusReply status_of(const Message& message);

/// How we are by the account and, for WhatsApp, by the list of senders; nullptr: it was not asked.
/// ok: we can send; degraded: Twilio is busy, or does not say; down: no.
channel::ChannelHealth read_health(const HttpResponse& account, const HttpResponse* senders,
                                   const Config& config);

}  // namespace conserje::twilio
