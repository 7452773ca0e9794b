#include "conversation/engine.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "conserje/date_time.hpp"
#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"
#include "conversation/hours.hpp"

namespace conserje {
namespace {

/// Of words that are no sentence (a bare code, a number, nothing that we understood) the language
/// is a guess: the one that was spoken stays.
std::string spoken(const std::string& heard, const std::string& so_far, const Said& said,
                   const Pipeline& pipeline) {
  if (said.confidence < kUnderstood && !so_far.empty()) return so_far;
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

/// Another subject begins: what waits for an answer is parked, or what was parked goes on. Slots
/// belong to a subject; a guest's name to all of them but a change, where it would be one.
void change_subject(Session& session, std::string_view intent) {
  const auto subject = subject_of(intent);
  if (subject_of(session.flow) == subject) return;
  const std::string name = subject == "modify_reservation" ? "" : session.slots.guest_name;
  const Parked waiting = std::exchange(session.parked, {});
  if (!session.flow.empty() && !session.pending.empty())
    session.parked = {session.flow, session.pending, session.slots};
  if (subject_of(waiting.flow) == subject) {
    session.slots = waiting.slots;
  } else if (!session.flow.empty() || subject != "make_reservation") {
    session.slots = Slots{.guest_name = name};
  }
}

/// Whether these slots have what was asked for last.
bool answers(std::string_view pending, const Slots& slots) {
  if (pending == "dates") return slots.check_in.has_value();
  if (pending == "nights") return slots.nights || slots.check_out;
  if (pending == "party_size") return slots.adults.has_value();
  if (pending == "room_type") return !slots.room_type.empty();
  if (pending == "guest_name") return !slots.guest_name.empty();
  return false;
}

/// Who answers our question and asks one of his own, "from 10 to 12, and is there wifi?", goes on
/// with what he was at; his question is answered besides.
Said with_answer_first(Said said, const Session& session) {
  if (said.intent != "hotel_info" || said.topic.empty() || session.flow.empty() ||
      !answers(session.pending, said.slots))
    return said;
  said.questions.insert(said.questions.begin(), std::exchange(said.topic, {}));
  said.intent = session.flow;
  return said;
}

constexpr std::string_view kWaitingAsked = "next";  // The end of a text's key, ask.<pending>.

/// Whether this house sees to that, and a guest may have meant it.
bool is_deed(std::string_view intent, const Flow& flow) {
  const auto* row = find_handler(intent);
  return row != nullptr && row->is_choice && is_allowed(intent, flow.handlers);
}

/// "Yes" to whether we see to what waits is that request, and so is asking for it again, or naming
/// its dates; "no" is the end of it.
Said with_waiting(Said said, Session& session) {
  if (session.waiting.empty()) return said;
  const Waiting& next = session.waiting.front();
  const bool asked = session.pending == kWaitingAsked;
  const bool again = said.confidence >= kUnderstood && session.flow.empty() &&
                     subject_of(said.intent) == subject_of(next.intent);
  const bool named = said.names_slots && said.confidence < kUnderstood;
  if (asked && (named || said.intent == "confirm")) {
    said.intent = next.intent;
    said.confidence = 1;
  } else if (!again) {
    if (asked && said.intent == "deny") session.waiting.erase(session.waiting.begin());
    return said;
  }
  said.slots = merged(next.slots, said.slots);
  said.names_slots = said.slots != Slots{};
  session.pending.clear();
  session.waiting.erase(session.waiting.begin());
  return said;
}

/// What is asked for besides waits; what is of the same subject is one request.
void put_waiting(const Said& said, std::string_view intent, const Flow& flow, Session& session) {
  if (intent == "fallback") return;
  for (const auto& further : said.further) {
    const auto same = [&](std::string_view other) {
      return subject_of(other) == subject_of(further);
    };
    if (session.waiting.size() == kMaxWaiting || !is_deed(further, flow) || same(intent) ||
        std::ranges::any_of(session.waiting, same, &Waiting::intent))
      continue;
    session.waiting.push_back({further, said.slots});
  }
}

/// Nothing is asked any more, and something waits.
bool is_next_due(const Session& session, const Say& say) {
  const bool ended = session.flow.empty() || (say.ends_flow && session.parked.flow.empty());
  return ended && say.asks.empty() && !session.waiting.empty();
}

/// What `first` says and shows, and then what `said` says.
void put_first(Say first, Say& said) {
  for (auto& line : said.lines)
    if (std::ranges::find(first.lines, line) == first.lines.end())
      first.lines.push_back(std::move(line));
  said.lines = std::move(first.lines);
  said.shows_place = said.shows_place || first.shows_place;
}

/// What the house answers to the questions that stand beside the request; each answer once.
Say answers_besides(const Turn& turn) {
  Say answers;
  for (const auto& topic : turn.said.questions) {
    Say answer = about_house(turn, topic);
    put_first(std::move(answers), answer);
    answers = std::move(answer);
  }
  return answers;
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// What a guest is told while nobody is there, instead of what was to be said.
Say closed(const Opening& opening, const Turn& turn) {
  const TextArgs args = {{"hotel", turn.pipeline.hotel.name},
                         {"date", opening.date},
                         {"time", clock_text(opening.time)}};
  Say told = say(opening.date == turn.today ? "hours.closed_today" : "hours.closed", args);
  return then_resume(turn, std::move(told));
}

/// Outside the hours, whatever needs the staff waits: the guest hears when somebody comes, the
/// staff finds it then, and the assistant goes on.
Step within_hours(Step step, std::string_view intent, const Turn& turn, const Incoming& incoming) {
  const auto& hours = turn.pipeline.hours;
  const auto* hand_off = std::get_if<HandOff>(&step);
  const auto* said = std::get_if<Say>(&step);
  if (!hours || (hand_off == nullptr && said == nullptr)) return step;
  if (contains(hours->urgent, intent) || (hand_off != nullptr && hand_off->urgent)) return step;
  if (!contains(hours->gates, hand_off != nullptr ? "human" : intent) &&
      !contains(hours->gates, intent))
    return step;
  const LocalTime now{turn.today, incoming.time_of_day};
  if (is_open(*hours, now)) return step;
  const auto opening = next_opening(*hours, now);
  if (!opening) return step;

  Say told = closed(*opening, turn);
  if (said != nullptr) told.events = said->events;
  if (told.events.empty())
    told.events = {
        handoff_opened("", hand_off != nullptr ? hand_off->reason : std::string(intent))};
  for (auto& event : told.events) {
    event.data["after_hours"] = true;
    event.data["next_opening"] = format_local({opening->date, opening->time});
  }
  return told;
}

bool asks_for_reservations(const Step& step) {
  return std::holds_alternative<pms::FindRequest>(std::get<Lookup>(step).query);
}

/// A guest's reservations of all the house's desks, the soonest first.
Result<std::vector<pms::Reservation>> reservations_of(const pms::FindRequest& query,
                                                      const Desks& pms) {
  auto found = pms.rooms.find(query);
  if (!found) return found.error();
  if (&pms.tables == &pms.rooms) return std::move(found->reservations);
  auto tables = pms.tables.find(query);
  if (!tables) return tables.error();
  std::ranges::move(tables->reservations, std::back_inserter(found->reservations));
  std::ranges::stable_sort(found->reservations, {}, [](const auto& reservation) {
    return std::pair(reservation.stay.check_in, reservation.stay.date_time);
  });
  return std::move(found->reservations);
}

/// Answers a Lookup into the turn.
Status look_up(const Lookup& lookup, Turn& turn, const Desks& pms) {
  if (const auto* query = std::get_if<pms::AvailabilityRequest>(&lookup.query)) {
    auto found = pms.rooms.availability(*query);
    if (!found) return found.error();
    turn.availability = *std::move(found);
    return Done{};
  }
  if (const auto* query = std::get_if<pms::TablesRequest>(&lookup.query)) {
    auto found = pms.tables.tables(*query);
    if (!found) return found.error();
    turn.tables = FoundTables{*query, *std::move(found)};
    return Done{};
  }
  auto found = reservations_of(std::get<pms::FindRequest>(lookup.query), pms);
  if (!found) return found.error();
  turn.reservations = *std::move(found);
  return Done{};
}

/// `said` as this house understands it: who speaks of a table or of an area names something where
/// there are tables; elsewhere these words say nothing.
Said heard_at(const Flow& flow, Said said) {
  if (!flow.has_tables() || !flow.has_rooms) said.slots.unit.clear();
  if (flow.has_tables()) {
    said.names_slots = said.slots != Slots{};
  } else {
    said.slots.area.clear();
  }
  return said;
}

/// What a guest says of a reservation whose unit is not in question.
std::string unit_at(const Flow& flow, const std::string& said) {
  if (!flow.has_tables()) return "";
  return flow.has_rooms ? said : "table";
}

/// Of several requests one that needs no conversation; it is no longer among them. Empty: none.
std::string take_quick(Said& said, const Flow& flow) {
  if (said.further.empty() || said.confidence < kUnderstood) return "";
  const auto is_quick = [&](std::string_view intent) {
    return is_deed(intent, flow) && !find_handler(intent)->fills_slots && intent != "hotel_info";
  };
  if (const auto found = std::ranges::find_if(said.further, is_quick);
      found != said.further.end()) {
    std::string quick = *found;
    said.further.erase(found);
    return quick;
  }
  if (!is_quick(said.intent) || !is_deed(said.further.front(), flow)) return "";
  std::string quick = std::exchange(said.intent, said.further.front());
  said.further.erase(said.further.begin());
  said.rival.clear();
  said.rival_confidence = 0;
  said.topic.clear();
  return quick;
}

/// Decides on one request, and lets the others wait.
Result<Outcome> decide_one(Session session, const Incoming& incoming, const Pipeline& pipeline,
                           const Flow& flow, const Desks& pms) {
  const Said said =
      with_waiting(with_answer_first(heard_at(flow, incoming.said), session), session);
  session.language = spoken(incoming.language, session.language, said, pipeline);
  std::string_view intent = route(session, said);
  if (!is_allowed(intent, flow.handlers)) intent = "fallback";
  put_waiting(said, intent, flow, session);
  const HandlerRow& row = *find_handler(intent);

  session.fallbacks = intent == "fallback" ? session.fallbacks + 1 : 0;
  if (row.fills_slots) {
    change_subject(session, intent);
    session.flow = intent;
  }
  Slots news = said.slots;
  if (!row.fills_slots) news.unit.clear();  // Who asks about dinner does not want a table yet.
  session.slots = merged(std::move(session.slots), news);
  session.slots.unit = unit_at(flow, session.slots.unit);
  remember(session, intent);

  Turn turn{.session = session,
            .said = said,
            .pipeline = pipeline,
            .today = incoming.today,
            .guest_key = incoming.guest_key,
            .offers_readings = incoming.offers_readings,
            .offering = {.rooms = flow.has_rooms, .tables = flow.has_tables()},
            .time_of_day = incoming.time_of_day};
  Step step = row.handler(turn);
  for (int lookups = 0; std::holds_alternative<Lookup>(step); ++lookups) {
    if (incoming.unverified && asks_for_reservations(step)) {
      step = then_resume(turn, say("unverified", {{"hotel", pipeline.hotel.name}}));
      break;
    }
    if (lookups == kMaxLookups)
      return Error{ErrorClass::bug, std::string(intent) + ": asks without end"};
    if (const auto found = look_up(std::get<Lookup>(step), turn, pms); !found) return found.error();
    step = row.handler(turn);
  }

  step = within_hours(std::move(step), intent, turn, incoming);

  Say besides = is_allowed("hotel_info", flow.handlers) ? answers_besides(turn) : Say{};
  if (auto* act = std::get_if<Act>(&step))
    return Outcome{
        .session = std::move(session), .say = std::move(besides), .act = std::move(*act)};
  if (auto* hand_off = std::get_if<HandOff>(&step)) {
    session.parked = {};
    session.waiting = {};
    put_first(std::move(besides), hand_off->say);
    Outcome outcome{.session = after_saying(std::move(session), hand_off->say),
                    .say = hand_off->say};
    outcome.session.silent_until_ms = incoming.now_ms + kSilenceMs;
    outcome.session.fallbacks = 0;
    outcome.events.push_back(
        handoff_opened(incoming.conversation, hand_off->reason, hand_off->urgent));
    outcome.handed_off = true;
    return outcome;
  }
  Say answer = with_return(session, std::get<Say>(std::move(step)));
  put_first(std::move(besides), answer);
  auto events = std::exchange(answer.events, {});
  for (auto& event : events) event.data["conversation_id"] = incoming.conversation;
  return Outcome{.session = after_saying(std::move(session), answer),
                 .say = std::move(answer),
                 .events = std::move(events)};
}

}  // namespace

Said understood_choice(const std::string& choice_id) {
  Said said{.confidence = 1, .choice = choice_id};
  const auto colon = choice_id.find(':');
  const auto kind = choice_id.substr(0, colon);
  const auto value = colon == std::string::npos ? std::string() : choice_id.substr(colon + 1);
  if (kind == "room_type") said.slots.room_type = value;
  if (kind == "code") said.slots.code = value;
  if (kind == "unit") said.slots.unit = value;
  if (kind == "area") said.slots.area = value;
  if (kind == "hour") said.slots.time = parse_clock(value);
  constexpr std::string_view kOfStay[] = {"room_type", "unit", "area", "hour"};
  const bool is_of_stay = std::ranges::find(kOfStay, kind) != std::end(kOfStay);
  said.intent = kind == "intent" ? value : is_of_stay ? "make_reservation" : kind;
  said.names_slots = said.slots != Slots{};
  return said;
}

Session after_saying(Session session, const Say& say) {
  session.pending = say.asks;
  session.proposal = say.proposal.value_or(Proposal{});
  if (say.ends_flow) {
    session.flow = session.parked.flow;
    session.slots = session.parked.flow.empty() ? Slots{.guest_name = session.slots.guest_name}
                                                : session.parked.slots;
    session.parked = {};
  }
  return session;
}

Say with_return(const Session& session, Say say) {
  if (is_next_due(session, say)) {
    say.lines.push_back({"next." + session.waiting.front().intent, {}});
    say.lines.push_back({"ask." + std::string(kWaitingAsked), {}});
    say.asks = kWaitingAsked;
    say.buttons = {{"confirm", "button.yes"}, {"deny", "button.no"}};
    return say;
  }
  if (!say.ends_flow || session.parked.flow.empty() || !say.asks.empty()) return say;
  say.lines.push_back({"flow.resume", {}});
  say.lines.push_back({"ask." + session.parked.pending, {}});
  say.asks = session.parked.pending;
  return say;
}

Session after_acting(Session session, const Consequence& consequence) {
  if (consequence.sold_out) {
    session.slots.room_type.clear();
    session.slots.area.clear();
    if (is_table(consequence.reservation.stay)) session.slots.time.reset();
  }
  return after_saying(std::move(session), consequence.say);
}

Result<Outcome> decide(Session session, const Incoming& incoming, const Pipeline& pipeline,
                       const Flow& flow, const Desks& pms) {
  Incoming request = incoming;
  const std::string quick = take_quick(request.said, flow);
  if (quick.empty()) return decide_one(std::move(session), request, pipeline, flow, pms);

  Incoming alone = incoming;
  alone.said = {.intent = quick, .confidence = 1, .slots = incoming.said.slots};
  auto done = decide_one({.language = session.language}, alone, pipeline, flow, pms);
  if (!done) return done;
  if (done->handed_off) {  // The person sees to the rest.
    alone.said.questions = request.said.questions;
    return decide_one(std::move(session), alone, pipeline, flow, pms);
  }
  auto outcome = decide_one(std::move(session), request, pipeline, flow, pms);
  if (!outcome) return outcome;
  put_first(std::move(done->say), outcome->say);
  outcome->events.insert(outcome->events.begin(), done->events.begin(), done->events.end());
  return outcome;
}

}  // namespace conserje
