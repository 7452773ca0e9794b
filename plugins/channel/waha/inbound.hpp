#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "../common/document.hpp"
#include "conserje/channel.hpp"
#include "memory.hpp"

namespace conserje::waha {

/// Where and when something arrived, and what is known of whom it may be from. Borrowed.
struct Arrival {
  std::string_view session{};  // Ours; what is for another one is counted as ignored.
  bool with_groups = false;
  std::int64_t received_at_ms = 0;  // Stands in for a time that WAHA left out.
  std::int64_t max_age_ms = 0;      // 0: any.
  const AddressBook& book;
  const Offers& offers;
  const Ledger& ledger;
};

/// What one delivery says.
struct Reading {
  channel::WebhookEvents events{};
  std::string engine{};  // GOWS, NOWEB, WEBJS or WPP; empty: it does not say.
};

/// Reads one webhook body whose signature has been checked: one event. An event of a kind that we
/// do not know is kept as "system" when it is about a guest's message, else counted. Errors:
/// permanent, the body is no JSON object; auth, its event is older than allowed. Changes nothing;
/// threads: any. Source: https://waha.devlike.pro/docs/how-to/events/
Result<Reading> read_webhook(std::string_view body, const Arrival& arrival);

/// A guest's message, or staff's on the phone (echo), from a message payload; nullopt for what is
/// of no interest: our own, groups unless wanted, newsletters, and what has no id or sender.
std::optional<channel::UnifiedMessage> read_message(document::Value payload,
                                                    const Arrival& arrival);

/// What became of a message of ours, from an ack or a message payload; nullopt: not ours, or not
/// yet with WhatsApp.
std::optional<channel::DeliveryStatus> read_status(document::Value payload,
                                                   std::int64_t timestamp_ms,
                                                   const Arrival& arrival);

}  // namespace conserje::waha
