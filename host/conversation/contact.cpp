#include "conversation/contact.hpp"

#include <algorithm>
#include <chrono>

namespace conserje {
namespace {

constexpr std::string_view kStaff = "staff";
constexpr std::string_view kComplaint = "complaint";

const EventDraft* opening(const Contact& contact) {
  const auto found = std::ranges::find(contact.events, "handoff.opened", &EventDraft::type);
  return found == contact.events.end() ? nullptr : &*found;
}

bool has_ended(const Handoff& handoff, WallTime now) {
  return handoff.silent_until && *handoff.silent_until <= now;
}

Handoff opened_by(const EventDraft& event, const Contact& contact) {
  return {.opened = contact.turn.at,
          .reason = event.data.value("reason", std::string()),
          .urgent = event.data.value("urgent", false),
          .silent_until = contact.silent_until};
}

/// Somebody of the staff wrote, past us: he has the conversation, whoever had it before.
Handoff answered(const std::optional<Handoff>& before, const Contact& contact) {
  Handoff after =
      before.value_or(Handoff{.opened = contact.turn.at, .reason = std::string(kStaff)});
  after.silent_until = contact.silent_until;
  if (!after.answered) after.answered = contact.turn.at;
  return after;
}

/// Asked for again by a guest who waits already.
Handoff joined(Handoff before, const Handoff& again) {
  before.urgent = before.urgent || again.urgent;
  before.silent_until = again.silent_until;
  return before;
}

}  // namespace

std::optional<Handoff> handoff_after(const std::optional<Handoff>& before, const Contact& contact) {
  auto open = before;
  if (open && has_ended(*open, contact.turn.at)) open.reset();
  if (contact.turn.author == TurnAuthor::staff) return answered(open, contact);
  const auto* event = opening(contact);
  if (event == nullptr) return open;
  const auto wanted = opened_by(*event, contact);
  return open ? joined(*open, wanted) : wanted;
}

EventDraft handoff_closed(const std::string& conversation, const Handoff& handoff, WallTime now,
                          const std::string& by) {
  const auto elapsed = std::chrono::duration_cast<std::chrono::minutes>(now - handoff.opened);
  return {.type = "handoff.closed",
          .data = {{"conversation_id", conversation},
                   {"reason", handoff.reason},
                   {"by", by},
                   {"answered", handoff.answered.has_value()},
                   {"elapsed_minutes", elapsed.count()}}};
}

std::vector<EventDraft> record(Transaction& tx, const Contact& contact) {
  const auto& row = contact.conversation;
  Conversations::met(tx, row);
  Conversations::add_turn(tx, contact.turn);
  if (const auto* event = opening(contact);
      event != nullptr && event->data.value("reason", std::string()) == kComplaint)
    Conversations::complained(tx, row.tenant, row.lane, contact.turn.at);
  const auto before = Conversations::handoff(tx, row.tenant, row.lane);
  const auto after = handoff_after(before, contact);
  if (after == before) return {};
  if (after)
    Conversations::open(tx, row.tenant, row.lane, *after);
  else
    Conversations::close(tx, row.tenant, row.lane);
  if (!before || !has_ended(*before, contact.turn.at)) return {};
  return {handoff_closed(row.conversation, *before, contact.turn.at, "time")};
}

}  // namespace conserje
