#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"
#include "conserje/channel.hpp"
#include "media.hpp"

namespace conserje::whatsapp {

/// Meta's limits, in characters as conserje/text.hpp counts them.
/// Source: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
inline constexpr std::size_t kMaxText = 4096;
inline constexpr std::size_t kMaxButtons = 3;
inline constexpr std::size_t kMaxRows = 10;

inline constexpr std::size_t kMaxCaption = 1024;
inline constexpr std::size_t kMaxParts = 10;

/// The bodies for POST /{phone_number_id}/messages that carry `request`, in order: its location,
/// its file, then its text, in several parts where it is long; the buttons hang on the last part.
/// Buttons that do not fit into Meta's limits become lines "1. title" of the text. A template goes
/// alone. The callback data of each part is ledger.hpp's. Pure.
/// `file`: the attachment that is meant by request.media, of a template its header; nullptr: none
/// goes. `shape`: of the template; nullptr: it has neither a file nor names.
/// Errors: permanent, the recipient is no address of WhatsApp, there is nothing to send, or it
/// would take more than kMaxParts messages; config, the template has no name or language that Meta
/// would take, or another number of parameters than names.
Result<std::vector<std::string>> to_messages(const channel::SendRequest& request,
                                             const Attachment* file = nullptr,
                                             const TemplateShape* shape = nullptr);

/// That the guest's message with this id, and those before it, were read; and, with `is_typing`,
/// that an answer is being written.
std::string to_read_receipt(std::string_view message_id, bool is_typing);

}  // namespace conserje::whatsapp
