#include "conversation/engine.hpp"

#include <algorithm>
#include <utility>

#include "conversation/handlers.hpp"

namespace conserje {
namespace {

std::string spoken(const std::string& heard, const std::string& so_far, const Pipeline& pipeline) {
  if (std::ranges::find(pipeline.languages, heard) != pipeline.languages.end()) return heard;
  return so_far.empty() ? pipeline.languages.front() : so_far;
}

void remember(Session& session, std::string_view intent) {
  session.intents.emplace_back(intent);
  if (session.intents.size() > kRememberedIntents) session.intents.erase(session.intents.begin());
}

bool is_allowed(std::string_view intent, const std::vector<std::string>& allowed) {
  return allowed.empty() || intent == "fallback" ||
         std::ranges::find(allowed, intent) != allowed.end();
}

/// Answers a Lookup into the turn.
Status look_up(const Lookup& lookup, Turn& turn, Gateway& pms) {
  if (const auto* query = std::get_if<pms::AvailabilityRequest>(&lookup.query)) {
    auto found = pms.availability(*query);
    if (!found) return found.error();
    turn.availability = *std::move(found);
    return Done{};
  }
  auto found = pms.find(std::get<pms::FindRequest>(lookup.query));
  if (!found) return found.error();
  turn.reservations = std::move(found->reservations);
  return Done{};
}

}  // namespace

Said understood_choice(const std::string& choice_id) {
  Said said{.confidence = 1, .choice = choice_id};
  const auto colon = choice_id.find(':');
  const auto kind = choice_id.substr(0, colon);
  const auto value = colon == std::string::npos ? std::string() : choice_id.substr(colon + 1);
  if (kind == "room_type") said.slots.room_type = value;
  if (kind == "code") said.slots.code = value;
  said.intent = kind == "intent" ? value : kind == "room_type" ? "make_reservation" : kind;
  said.names_slots = said.slots != Slots{};
  return said;
}

Session after_saying(Session session, const Say& say) {
  session.pending = say.asks;
  session.proposal = say.proposal.value_or(Proposal{});
  if (say.ends_flow) {
    session.flow.clear();
    session.slots = Slots{.guest_name = session.slots.guest_name};
  }
  return session;
}

Session after_acting(Session session, const Consequence& consequence) {
  if (consequence.sold_out) session.slots.room_type.clear();
  return after_saying(std::move(session), consequence.say);
}

Result<Outcome> decide(Session session, const Incoming& incoming, const Pipeline& pipeline,
                       const Flow& flow, Gateway& pms) {
  const Said& said = incoming.said;
  session.language = spoken(incoming.language, session.language, pipeline);
  std::string_view intent = route(session, said);
  if (!is_allowed(intent, flow.handlers)) intent = "fallback";
  const HandlerRow& row = *find_handler(intent);

  session.fallbacks = intent == "fallback" ? session.fallbacks + 1 : 0;
  session.slots = merged(std::move(session.slots), said.slots);
  if (row.fills_slots) session.flow = intent;
  remember(session, intent);

  Turn turn{.session = session,
            .said = said,
            .pipeline = pipeline,
            .today = incoming.today,
            .guest_key = incoming.guest_key};
  Step step = row.handler(turn);
  for (int lookups = 0; std::holds_alternative<Lookup>(step); ++lookups) {
    if (lookups == kMaxLookups)
      return Error{ErrorClass::bug, std::string(intent) + ": asks without end"};
    if (const auto found = look_up(std::get<Lookup>(step), turn, pms); !found) return found.error();
    step = row.handler(turn);
  }

  if (auto* act = std::get_if<Act>(&step))
    return Outcome{.session = std::move(session), .act = std::move(*act)};
  if (auto* hand_off = std::get_if<HandOff>(&step)) {
    Outcome outcome{.session = after_saying(std::move(session), hand_off->say),
                    .say = hand_off->say};
    outcome.session.silent_until_ms = incoming.now_ms + kSilenceMs;
    outcome.session.fallbacks = 0;
    outcome.events.push_back(handoff_opened(incoming.conversation, hand_off->reason));
    outcome.handed_off = true;
    return outcome;
  }
  auto& answer = std::get<Say>(step);
  return Outcome{.session = after_saying(std::move(session), answer), .say = std::move(answer)};
}

}  // namespace conserje
