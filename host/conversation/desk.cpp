#include "conversation/desk.hpp"

#include <optional>
#include <utility>

#include "conserje/channel_types.hpp"
#include "conversation/contact.hpp"
#include "conversation/engine.hpp"
#include "conversation/events.hpp"
#include "guard/ids.hpp"
#include "store/reservations.hpp"

namespace conserje {
namespace {

constexpr std::string_view kBusy = "busy";  // The Error::vendor_code of who must try again.

channel::SendRequest request_to(const ConversationRow& to, std::string text,
                                std::string reference) {
  return {.account = to.account,
          .recipient = to.address,
          .text = std::move(text),
          .thread_id = to.thread_id,
          .subject = to.subject,
          .language = to.language,
          .reference = std::move(reference)};
}

/// In the guest's lane: what was said to him before leaves before it.
OutboxItem item_of(const ConversationRow& to, const channel::SendRequest& request, WallTime now) {
  return {.tenant = to.tenant,
          .kind = OutboxKind::reply,
          .target = to.channel,
          .lane = to.channel + "|" + to.account + "|" + to.address,
          .payload = encode(request),
          .reference = request.reference,
          .correlation_id = request.reference,
          .created = now};
}

std::string ms_text(WallTime time) { return std::to_string(time.time_since_epoch().count()); }

/// Of a guest who has not written since conversations are kept: as his lane has him.
ConversationRow from_lane(const DepositRow& deposit) {
  ConversationRow row{.tenant = deposit.tenant, .lane = deposit.lane, .channel = deposit.channel};
  const auto account = deposit.lane.find('|');
  const auto address = deposit.lane.find('|', account + 1);
  row.account = deposit.lane.substr(account + 1, address - account - 1);
  row.address = deposit.lane.substr(address + 1);
  return row;
}

Line answer_to(const DepositRow& deposit, const Deposits::Decision& decision) {
  if (decision.state == DepositState::approved)
    return Line{"deposit.approved", {{"reference", deposit.reservation}}};
  return Line{"deposit.refused", {{"reference", deposit.reservation}, {"reason", decision.reason}}};
}

EventDraft deposit_decided(const DepositRow& deposit, const Deposits::Decision& decision,
                           const std::string& conversation) {
  return {.type = "deposit.decided",
          .severity = decision.state == DepositState::approved ? "info" : "warning",
          .data = {{"reservation_id", deposit.reservation},
                   {"deposit_id", deposit.id},
                   {"status", to_string(decision.state)},
                   {"conversation_id", conversation}}};
}

bool says_the_same(const std::string& before, const std::string& now) {
  const auto one = decode<channel::SendRequest>(std::string_view(before));
  const auto other = decode<channel::SendRequest>(std::string_view(now));
  return one && other && one->text == other->text;
}

}  // namespace

Status Desk::change(const ConversationRow& conversation, const Change& change) {
  for (int tries = 0; tries < kDeskTries; ++tries) {
    const auto now = parts_.clock.now();
    const auto found = parts_.sessions.find(conversation.tenant, conversation.lane, now);
    if (!found) return found.error();
    SessionRow row =
        found->value_or(SessionRow{.tenant = conversation.tenant, .lane = conversation.lane});
    Session session{.language = conversation.language};
    if (found->has_value()) {
      auto decoded = decode<Session>(std::string_view(row.data));
      if (!decoded) return decoded.error();
      session = *std::move(decoded);
    }
    row.updated = now;
    row.expires = now + parts_.pipeline.limits.conversation.session_ttl;
    auto done = parts_.database.transact([&](Transaction& tx) -> Status {
      Session changed = session;
      if (auto status = change(tx, changed); !status) return status;
      SessionRow saved = row;
      saved.data = encode(changed);
      if (parts_.sessions.save(tx, saved)) return Done{};
      return Error{ErrorClass::retry, "the guest wrote at the same time", {}, std::string(kBusy)};
    });
    if (done || done.error().vendor_code != kBusy) return done;
  }
  return Error{ErrorClass::retry, "the guest writes all the time; please try again"};
}

/// of: what the event is of; the same once more is the same event.
void Desk::tell(Transaction& tx, const ConversationRow& conversation, const EventDraft& event,
                const std::string& of) {
  const Told told{parts_.outbox, parts_.notification_logs};
  told.add(tx, fan_out(event,
                       {.channel = conversation.channel,
                        .message_id = derived_id("desk_", {conversation.conversation, of}),
                        .correlation_id = derived_id("c_", {conversation.conversation, event.type}),
                        .intent = "human",
                        .guest_hash = conversation.conversation,
                        .at = parts_.clock.now()},
                       parts_.pipeline));
}

void Desk::open(Transaction& tx, const ConversationRow& conversation, Session& session,
                std::optional<WallTime> answered) {
  const auto now = parts_.clock.now();
  session.silent_until_ms = now.time_since_epoch().count() + kSilenceMs;
  const auto before = Conversations::handoff(tx, conversation.tenant, conversation.lane);
  Handoff handoff = before.value_or(Handoff{.opened = now, .reason = "staff"});
  handoff.silent_until = WallTime(Millis(session.silent_until_ms));
  if (!handoff.answered) handoff.answered = answered;
  Conversations::open(tx, conversation.tenant, conversation.lane, handoff);
  if (!before)
    tell(tx, conversation, handoff_opened(conversation.conversation, handoff.reason), ms_text(now));
}

void Desk::close(Transaction& tx, const ConversationRow& conversation, Session& session) {
  session.silent_until_ms = 0;
  session.fallbacks = 0;
  const auto before = Conversations::handoff(tx, conversation.tenant, conversation.lane);
  if (!before) return;
  Conversations::close(tx, conversation.tenant, conversation.lane);
  tell(tx, conversation,
       handoff_closed(conversation.conversation, *before, parts_.clock.now(), "staff"),
       ms_text(before->opened));
}

Result<std::string> Desk::reply(const ConversationRow& to, const std::string& text,
                                const std::string& key, bool gives_back) {
  const auto reference = derived_id("s_", {to.tenant, to.conversation, key});
  const auto said = change(to, [&](Transaction& tx, Session& session) -> Status {
    const auto now = parts_.clock.now();
    const auto item = item_of(to, request_to(to, text, reference), now);
    if (const auto before = Outbox::payload(tx, reference)) {
      if (says_the_same(*before, item.payload)) return Done{};
      return Error{ErrorClass::permanent,
                   "another text was sent with this Idempotency-Key; take a new one for each text"};
    }
    parts_.outbox.add(tx, item);
    Conversations::add_turn(tx, {.tenant = to.tenant,
                                 .conversation = to.conversation,
                                 .author = TurnAuthor::staff,
                                 .channel = to.channel,
                                 .reference = reference,
                                 .at = now});
    open(tx, to, session, now);
    if (gives_back) close(tx, to, session);
    return Done{};
  });
  if (!said) return said.error();
  return reference;
}

Status Desk::hand_off(const ConversationRow& conversation) {
  return change(conversation, [&](Transaction& tx, Session& session) -> Status {
    open(tx, conversation, session, std::nullopt);
    return Done{};
  });
}

Status Desk::give_back(const ConversationRow& conversation) {
  return change(conversation, [&](Transaction& tx, Session& session) -> Status {
    close(tx, conversation, session);
    return Done{};
  });
}

Result<bool> Desk::decide(const DepositRow& deposit, const Deposits::Decision& decision) {
  const auto known = Conversations(parts_.database).of_guest(deposit.tenant, deposit.lane);
  if (!known) return known.error();
  const auto guest = known->value_or(from_lane(deposit));
  const auto now = parts_.clock.now();
  const auto name = std::to_string(deposit.id);
  const auto& language =
      guest.language.empty() ? parts_.pipeline.languages.front() : guest.language;
  const auto request =
      request_to(guest, parts_.texts.render(language, answer_to(deposit, decision)),
                 derived_id("d_", {deposit.tenant, name}));
  return parts_.database.transact([&](Transaction& tx) {
    if (!Deposits::decide(tx, deposit.tenant, deposit.id, decision, now)) return false;
    Reservations::set_deposit(tx, deposit.tenant, deposit.reservation, to_string(decision.state));
    parts_.outbox.add(tx, item_of(guest, request, now));
    Conversations::add_turn(tx, {.tenant = guest.tenant,
                                 .conversation = guest.conversation,
                                 .author = TurnAuthor::staff,
                                 .channel = guest.channel,
                                 .reference = request.reference,
                                 .at = now});
    tell(tx, guest, deposit_decided(deposit, decision, guest.conversation), "deposit " + name);
    return true;
  });
}

}  // namespace conserje
