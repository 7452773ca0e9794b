#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conversation/turn.hpp"
#include "store/conversations.hpp"

namespace conserje {

/// What one message does to its conversation as the staff sees it.
struct Contact {
  ConversationRow conversation{};
  TurnRow turn{};                        // Its author: the guest, or somebody of the staff.
  std::vector<EventDraft> events{};      // What was told about it.
  std::optional<WallTime> silent_until;  // Of the assistant, from now on.
};

/// How the staff has a conversation after `contact`. Pure.
/// before: as it was. A silence that has ended is over with the next message of the guest.
std::optional<Handoff> handoff_after(const std::optional<Handoff>& before, const Contact& contact);

/// The event of a conversation that nobody has any more. by: staff, or time. Pure.
EventDraft handoff_closed(const std::string& conversation, const Handoff& handoff, WallTime now,
                          const std::string& by);

/// Writes it down; the events that it leads to.
std::vector<EventDraft> record(Transaction& tx, const Contact& contact);

}  // namespace conserje
