#include "conversation/worker.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "conversation/contact.hpp"
#include "conversation/dressing.hpp"
#include "conversation/events.hpp"
#include "conversation/flood.hpp"
#include "conversation/handlers.hpp"
#include "conversation/treatment.hpp"
#include "conversation/writing.hpp"
#include "guard/backoff.hpp"
#include "guard/crash_point.hpp"
#include "guard/ids.hpp"
#include "guard/local_time.hpp"
#include "media/keeper.hpp"
#include "ops/guest_hash.hpp"
#include "ops/metric_names.hpp"
#include "store/dead_letters.hpp"
#include "store/deposits.hpp"
#include "store/locks.hpp"

namespace conserje {
namespace {

/// How often a voice note that cannot be had is tried again before its guest is asked to write.
constexpr std::int64_t kListenTries = 3;

std::string_view band(double confidence) {
  if (confidence >= 0.75) return "high";
  return confidence >= kUnderstood ? "medium" : "low";
}

/// How much longer than its sender waits a reply is held for the HTTP answer that may carry it.
constexpr Millis kHoldAfterAnswer{500};

/// A reply that is so near to the end of its sender's wait may miss it, so it is written as well.
constexpr Millis kNearlyLate{250};

constexpr Millis kLockWait{250};  // Until who was second tries again.

/// One guest at a time reserves a kind of room, for as long as the call and a look at what became
/// of it may take; a host that dies in between holds it no longer.
Millis lock_ttl(const Pipeline& pipeline, const std::string& pms) {
  const auto* plugin = pipeline.plugin(pms);
  return 2 * (plugin == nullptr ? PluginUse{}.deadline : plugin->deadline);
}

std::string locked_by(const std::string& pms, const Proposal& proposal) {
  const auto& create = proposal.create;
  std::string what = pms + "|" + create.room_type;
  if (is_table(create.stay)) what += "|" + create.stay.check_in;
  return what;
}

/// What a proposal is about.
const pms::Stay& stay_of(const Proposal& proposal) {
  if (proposal.kind == "create") return proposal.create.stay;
  return proposal.kind == "cancel" ? proposal.cancel.stay : proposal.before.stay;
}

/// The plugin that has such reservations.
const std::string& pms_of(const Flow& flow, const pms::Stay& stay) {
  return is_table(stay) && flow.has_tables() ? flow.tables : flow.pms;
}

Say plain(std::string key) { return {.lines = {{std::move(key), {}}}}; }

/// What `reply` says, through a channel that writes, to the same number.
OutboxItem in_writing(OutboxItem reply, const channel::SendRequest& said,
                      const std::string& channel) {
  const channel::SendRequest request{.recipient = said.recipient,
                                     .text = said.text,
                                     .language = said.language,
                                     .reference = derived_id("w_", {reply.reference, channel})};
  reply.target = channel;
  reply.lane = channel + "||" + said.recipient;
  reply.payload = encode(request);
  reply.reference = request.reference;
  reply.hold.reset();
  return reply;
}

}  // namespace

struct Worker::Work {
  const LeasedMessage& leased;
  Log log;  // Says which message, by its correlation id.
  channel::UnifiedMessage message{};
  const Flow* flow = nullptr;
  Gateway* pms = nullptr;
  Gateway* tables = nullptr;  // Of a house without tables: the same.
  SessionRow stored{};        // As found, for its revision.
  std::string act_key{};
  GuestAddress who{};
  std::string guest{};  // The address that he was known by first.
  std::string lane{};   // Of the guest, whichever address this message came from.
  std::string guest_hash{};
  LocalTime local{};
  WallTime now{};
  bool spoke = false;  // The guest's words are those of a voice note.

  const InboxMessage& row() const { return leased.message; }
  bool somebody_waits(WallTime at) const { return row().answer_by && *row().answer_by > at; }
};

/// When the guest wrote it, by the earlier of the two clocks; never, when it was not his own words
/// to us: that opens no window.
WallTime Worker::last_inbound_of(const Work& work) {
  const auto treatment = treatment_of(work.message);
  if (treatment == Treatment::none || treatment == Treatment::staff_wrote) return {};
  return std::min(work.row().received, WallTime(Millis(work.message.timestamp_ms)));
}

struct Worker::Effect {
  Session session{};
  Say say{};  // No lines: no reply.
  std::vector<EventDraft> events{};
  std::string intent{};
  std::optional<Consequence> consequence{};  // Of a write to the PMS.
  Proposal proposal{};                       // With a consequence: what was written.
  bool must_wait = false;  // Another guest reserves a room of that kind just now: nothing was done.
};

Result<bool> Worker::step() {
  const auto leased = parts_.inbox.lease(parts_.owner, parts_.clock.now(),
                                         parts_.pipeline.limits.conversation.lease);
  if (!leased) return leased.error();
  if (!*leased) return false;
  crash_point("conversation.after_lease");

  const auto began = parts_.clock.monotonic();
  const auto handled = handle(**leased);
  parts_.metrics.histogram(metric::kOrchestratorLatency)
      .observe(std::chrono::duration<double>(parts_.clock.monotonic() - began).count());
  if (!handled) return handled.error();
  const auto& message = (*leased)->message;
  if (message.answer_by && parts_.answered) parts_.answered(message.channel, message.message_id);
  return true;
}

Status Worker::handle(const LeasedMessage& leased) {
  Work work{.leased = leased,
            .log = parts_.log.with({{"correlation_id", leased.message.correlation_id}}),
            .now = parts_.clock.now()};
  work.local = local_time(work.now, parts_.pipeline.time_zone);
  work.act_key = derived_id(
      "act_", {leased.message.tenant, leased.message.channel, leased.message.message_id});

  auto message = decode<channel::UnifiedMessage>(std::string_view(leased.message.payload));
  if (!message) return give_up_or_retry(work, message.error());
  work.message = *std::move(message);
  if (const auto known = recognise(work); !known) return give_up_or_retry(work, known.error());

  work.flow = flow_of(parts_.pipeline, leased.message.channel);
  if (work.flow == nullptr)
    return give_up_or_retry(
        work, {ErrorClass::config, "no pipeline takes messages of " + leased.message.channel});
  work.pms = parts_.gateways.at(work.flow->pms);
  work.tables = work.flow->has_tables() ? parts_.gateways.at(work.flow->tables) : work.pms;

  const auto effect = effect_of(work);
  if (!effect) return give_up_or_retry(work, effect.error());
  if (effect->must_wait) return wait_for_turn(work);
  crash_point("conversation.before_commit");
  const auto committed = commit(work, *effect);
  crash_point("conversation.after_commit");
  return committed;
}

/// Who wrote: one guest is one guest, whichever of his addresses he writes from.
Status Worker::recognise(Work& work) {
  work.who = {.tenant = work.row().tenant,
              .channel = work.row().channel,
              .address = work.message.sender_id,
              .aliases = work.message.sender_aliases};
  const auto guest = parts_.guests.resolve(work.who);
  if (!guest) return guest.error();
  work.guest = *guest;
  work.lane = work.row().channel + "|" + work.message.account + "|" + work.guest;
  // What somebody writes in a guest's name does not go on with that guest's conversation.
  if (work.message.unverified) work.lane += "|unverified";
  work.guest_hash = hash_guest(parts_.guest_key, work.lane);
  return Done{};
}

Result<Worker::Effect> Worker::effect_of(Work& work) {
  const auto& row = work.row();
  auto stored = parts_.sessions.find(row.tenant, work.lane, work.now);
  if (!stored) return stored.error();
  Session session;
  if (*stored) {
    work.stored = **stored;
    auto decoded = decode<Session>(std::string_view((*stored)->data));
    if (!decoded) return decoded.error();
    session = *std::move(decoded);
  }

  // Died after the decision to write: repeat that decision, with the same key.
  const auto decided = parts_.acts.find(row.tenant, work.act_key);
  if (!decided) return decided.error();
  if (*decided) {
    const auto proposal = decode<Proposal>(std::string_view((*decided)->decision));
    if (!proposal) return proposal.error();
    return carry_out(work, std::move(session), *proposal);
  }

  switch (treatment_of(work.message)) {
    case Treatment::none: return Effect{.session = std::move(session)};
    case Treatment::staff_wrote:
      session.silent_until_ms = work.now.time_since_epoch().count() + kSilenceMs;
      return Effect{.session = std::move(session)};
    default: break;
  }
  if (session.silent_until_ms > work.now.time_since_epoch().count()) {
    // Who waits on the telephone must hear something.
    Say patience = work.somebody_waits(work.now) ? plain("human.waiting") : Say{};
    return Effect{.session = std::move(session), .say = std::move(patience)};
  }
  const auto now_ms = work.now.time_since_epoch().count();
  switch (paced(session, now_ms, parts_.pipeline.limits.conversation.messages_per_minute)) {
    case Pace::answered: break;
    case Pace::asked_to_slow_down:
      if (session.language.empty()) session.language = parts_.pipeline.languages.front();
      return Effect{.session = std::move(session), .say = plain("flood.slow_down")};
    case Pace::not_answered: return Effect{.session = std::move(session)};
  }
  if (const auto heard = listen(work, session); !heard) return heard.error();
  return converse(work, std::move(session));
}

/// What a voice note says becomes the message's text. One that cannot be had leaves it as it is,
/// and the guest is asked to write.
Status Worker::listen(Work& work, const Session& session) {
  if (work.flow->speech.empty() || !is_voice_note(work.message)) return Done{};
  const auto files = files_of(work.row().tenant, work.row().channel, work.message, work.now);
  if (files.empty()) return Done{};
  const auto& language = session.language.empty() ? work.message.language : session.language;
  const auto until =
      parts_.clock.now() + kLongestListening + parts_.pipeline.limits.conversation.lease;
  if (const auto extended = parts_.inbox.extend(work.leased.lease, until); !extended)
    return extended.error();
  auto heard = parts_.transcribe(work.flow->speech, files.front(), language);
  if (heard) {
    work.message.text = *std::move(heard);
    work.spoke = !work.message.text.empty();
    return Done{};
  }
  const auto error_class = heard.error().error_class;
  const bool may_pass = error_class == ErrorClass::retry || error_class == ErrorClass::deadline;
  if (may_pass && work.leased.lease.attempt < kListenTries) return heard.error();
  work.log.warn("a voice note could not be heard; its guest is asked to write",
                {{"channel", work.row().channel}, {"error", heard.error().message}});
  return Done{};
}

Result<Worker::Effect> Worker::converse(const Work& work, Session session) {
  const bool may_be_receipt = shows_a_document(work.message);
  if (treatment_of(work.message) == Treatment::cannot_read && !may_be_receipt) {
    if (session.language.empty()) session.language = parts_.pipeline.languages.front();
    return Effect{.session = std::move(session), .say = plain("unsupported")};
  }
  std::string language;
  const auto said = hear(work, session, language);
  if (!said) return said.error();
  crash_point("conversation.after_understand");

  const Session before = session;
  auto outcome = decide(
      std::move(session),
      {.said = *said,
       .language = language,
       .guest_key = work.message.sender_id,
       .conversation = work.guest_hash,
       .today = work.local.date,
       .time_of_day = work.local.time_of_day,
       .now_ms = work.now.time_since_epoch().count(),
       .offers_readings = flags_.is_on(work.row().tenant, kFlagEnhancedFallback, work.guest_hash),
       .unverified = work.message.unverified},
      parts_.pipeline, *work.flow, {*work.pms, *work.tables});
  if (!outcome) {  // The PMS cannot be asked now; the guest should not wait for it.
    work.log.warn("lookup failed", {{"pms", work.flow->pms}, {"error", outcome.error().message}});
    Session same = before;
    if (same.language.empty()) same.language = parts_.pipeline.languages.front();
    return Effect{.session = std::move(same), .say = plain("trouble"), .intent = said->intent};
  }
  count(*said, *outcome);
  if (outcome->act) {
    auto& proposal = outcome->act->proposal;
    proposal.answered = parts_.texts.render(outcome->session.language, outcome->say.lines);
    auto effect = carry_out(work, std::move(outcome->session), proposal);
    if (!effect) return effect;
    effect->intent = said->intent;
    effect->say.shows_place = outcome->say.shows_place;
    return effect;
  }
  return Effect{.session = std::move(outcome->session),
                .say = std::move(outcome->say),
                .events = std::move(outcome->events),
                .intent = said->intent};
}

Result<Said> Worker::hear(const Work& work, const Session& session, std::string& language) {
  language = session.language.empty() ? work.message.language : session.language;
  if (work.message.choice) return understood_choice(work.message.choice->id);
  if (treatment_of(work.message) == Treatment::cannot_read)
    return Said{.intent = "deposit", .confidence = 1};
  if (treatment_of(work.message) == Treatment::welcome)
    return Said{.intent = "greeting", .confidence = 1};

  if (work.message.request) return hear_request(work, language);

  const auto reply = parse(work, work.message.text, language, session.pending);
  if (!reply) return reply.error();
  language = reply->language;
  return understood(*reply);
}

Result<Said> Worker::hear_request(const Work& work, std::string& language) {
  auto [said, unclear] = understood_request(*work.message.request);
  for (const auto& words : unclear) {
    const auto reply = parse(work, words.text, language, words.pending);
    if (!reply) return reply.error();
    said.slots = with_words(std::move(said.slots), words, *reply);
    if (language.empty()) language = reply->language;
  }
  said.names_slots = said.slots != Slots{};
  return said;
}

Result<nlu::ParseReply> Worker::parse(const Work& work, std::string text, std::string language,
                                      std::string pending) {
  return parts_.understand(work.flow->understand, {.text = std::move(text),
                                                   .language = std::move(language),
                                                   .now = format_local(work.local),
                                                   .time_zone = parts_.pipeline.time_zone,
                                                   .pending = std::move(pending)});
}

Result<Worker::Effect> Worker::carry_out(const Work& work, Session session,
                                         const Proposal& wanted) {
  Proposal proposal = wanted;
  if (proposal.kind == "create") proposal.create.reference = reservation_reference({work.act_key});
  const auto act = parts_.acts.decide(work.row().tenant, work.act_key, encode(proposal), work.now);
  if (!act) return act.error();
  crash_point("conversation.before_act");
  const auto& pms_name = pms_of(*work.flow, stay_of(proposal));
  Gateway& pms = *parts_.gateways.at(pms_name);
  if (proposal.kind == "create") {
    const auto lock =
        Locks(parts_.database)
            .acquire(work.row().tenant, locked_by(pms_name, proposal), work.guest_hash,
                     parts_.clock.now(), lock_ttl(parts_.pipeline, pms_name));
    if (!lock) return lock.error();
    if (!*lock) return Effect{.must_wait = true};
  }

  Consequence consequence;
  if (proposal.kind == "create") {
    consequence =
        after_create(proposal.create, pms.create(proposal.create, work.act_key), parts_.pipeline);
  } else if (proposal.kind == "modify" || proposal.kind == "late_checkout") {
    consequence =
        after_modify(proposal, pms.modify(proposal.modify, work.act_key), parts_.pipeline);
  } else {
    const pms::ReservationKey key{.id = proposal.cancel.id, .reference = proposal.cancel.reference};
    consequence = after_cancel(proposal.cancel, pms.cancel(key, work.act_key), parts_.pipeline);
  }
  crash_point("conversation.after_act");
  if (consequence.dead_letter)
    work.log.error(
        "the PMS did not take a reservation",
        {{"pms", pms_name}, {"kind", proposal.kind}, {"error", consequence.dead_letter->message}});

  auto& lines = consequence.say.lines;
  if (!proposal.answered.empty()) lines.insert(lines.begin(), Line{"=" + proposal.answered, {}});
  consequence.say = with_return(session, std::move(consequence.say));
  return Effect{.session = after_acting(std::move(session), consequence),
                .say = consequence.say,
                .events = consequence.events,
                .consequence = consequence,
                .proposal = proposal};
}

std::vector<OutboxItem> Worker::replies(const Work& work, const Effect& effect) {
  if (effect.say.lines.empty()) return {};
  const auto& row = work.row();
  channel::SendRequest request{
      .account = work.message.account,
      .recipient = work.message.sender_id,
      .text = parts_.texts.render(effect.session.language, effect.say.lines),
      .thread_id = work.message.thread_id,
      .subject = work.message.subject,
      .language = effect.session.language,
      .reference = reply_reference(row.tenant, row.channel, row.message_id)};
  dress(request, effect.say,
        {.texts = parts_.texts,
         .hotel = parts_.pipeline.hotel,
         .shows_codes = flags_.is_on(row.tenant, kFlagReservationCode, work.guest_hash),
         .speak = work.spoke ? work.flow->speak : std::string()});
  std::vector<OutboxItem> items = {{.tenant = row.tenant,
                                    .kind = OutboxKind::reply,
                                    .target = row.channel,
                                    .lane = row.lane,
                                    .payload = encode(request),
                                    .reference = request.reference,
                                    .correlation_id = row.correlation_id,
                                    .cause = row.message_id,
                                    .created = work.now}};
  const auto now = parts_.clock.now();  // The PMS may have taken its time.
  if (work.somebody_waits(now)) {  // In a lane of its own: waiting for its sender it holds up none.
    items[0].hold = *row.answer_by + kHoldAfterAnswer;
    items[0].lane += "|" + row.message_id;
  }

  const bool is_reserved =
      effect.consequence && effect.consequence->state == ReservationState::confirmed;
  const bool is_late = row.answer_by && !work.somebody_waits(now + kNearlyLate);
  const auto* writing =
      writing_channel(parts_.pipeline, *work.flow, row.channel, request.recipient);
  if (writing != nullptr && (is_reserved || is_late))
    items.push_back(in_writing(items[0], request, *writing));
  return items;
}

/// What the staff will see of it.
Contact Worker::contact_of(const Work& work, const Effect& effect) {
  const auto& row = work.row();
  const bool by_staff = treatment_of(work.message) == Treatment::staff_wrote;
  Contact contact{
      .conversation = {.tenant = row.tenant,
                       .lane = work.lane,
                       .conversation = work.guest_hash,
                       .channel = row.channel,
                       .account = work.message.account,
                       .address = work.message.sender_id,
                       .guest_name = by_staff ? std::string() : work.message.sender_name,
                       .language = effect.session.language,
                       .thread_id = work.message.thread_id,
                       .subject = work.message.subject,
                       .last = work.now},
      .turn = {.tenant = row.tenant,
               .conversation = work.guest_hash,
               .author = by_staff ? TurnAuthor::staff : TurnAuthor::guest,
               .channel = row.channel,
               .message_id = row.message_id,
               .reference = reply_reference(row.tenant, row.channel, row.message_id),
               .at = work.now},
      .events = effect.events,
      .silent_until = {}};
  if (const WallTime until{Millis(effect.session.silent_until_ms)}; until > work.now)
    contact.silent_until = until;
  return contact;
}

Status Worker::commit(const Work& work, const Effect& effect) {
  const auto& row = work.row();
  const auto& pipeline = parts_.pipeline;
  const Cause cause{.channel = row.channel,
                    .message_id = row.message_id,
                    .correlation_id = row.correlation_id,
                    .intent = effect.intent,
                    .guest_hash = work.guest_hash,
                    .at = work.now};
  const auto items = replies(work, effect);
  std::vector<FanOut> events;
  for (const auto& event : effect.events) events.push_back(fan_out(event, cause, pipeline));

  std::vector<MediaFile> files;
  std::optional<Contact> contact;
  if (treatment_of(work.message) != Treatment::none) contact = contact_of(work, effect);
  if (contact) files = files_of(row.tenant, row.channel, work.message, work.now);

  SessionRow session = work.stored;
  session.tenant = row.tenant;
  session.lane = work.lane;
  session.data = encode(effect.session);
  session.updated = work.now;
  session.expires = work.now + pipeline.limits.conversation.session_ttl;

  std::optional<ReservationRow> reservation;
  std::optional<DeadLetterRow> dead_letter;
  if (effect.consequence) {
    reservation = row_of(*effect.consequence,
                         {.tenant = row.tenant,
                          .lane = work.lane,
                          .pms = pms_of(*work.flow, effect.consequence->reservation.stay),
                          .at = work.now},
                         pipeline);
    dead_letter = dead_letter_of(*effect.consequence, effect.proposal, row.tenant, work.now);
  }

  const Told told{parts_.outbox, parts_.notification_logs};
  const auto began = parts_.clock.monotonic();
  const auto stored = parts_.database.transact([&](Transaction& tx) -> Status {
    if (!parts_.inbox.finish(tx, work.leased.lease, work.now))
      return Error{ErrorClass::retry, "the lease of a message was lost; another worker handles it"};
    if (!parts_.sessions.save(tx, session))
      return Error{ErrorClass::retry, "a session changed while its message was handled"};
    parts_.guests.wrote(tx, work.who, work.guest, last_inbound_of(work));
    if (contact)
      for (const auto& event : record(tx, *contact)) told.add(tx, fan_out(event, cause, pipeline));
    for (const auto& item : items) parts_.outbox.add(tx, item);
    for (const auto& event : events) told.add(tx, event);
    for (const auto& file : files) parts_.media_files.add(tx, file);
    if (reservation) parts_.reservations.save(tx, *reservation);
    if (dead_letter) DeadLetters::add(tx, *dead_letter);
    if (!effect.say.deposit_of.empty()) {
      Reservations::set_deposit(tx, row.tenant, effect.say.deposit_of,
                                to_string(DepositState::waiting));
      Deposits::add(tx, {.tenant = row.tenant,
                         .lane = work.lane,
                         .reservation = effect.say.deposit_of,
                         .channel = row.channel,
                         .message_id = row.message_id,
                         .media = encode(work.message.media.value_or(channel::Media{})),
                         .received = work.now});
    }
    if (effect.consequence && effect.proposal.kind == "create")
      Locks::release(tx, row.tenant,
                     locked_by(pms_of(*work.flow, stay_of(effect.proposal)), effect.proposal),
                     work.guest_hash, work.now);
    if (effect.consequence)
      parts_.acts.record(
          tx, row.tenant, work.act_key,
          effect.consequence->dead_letter ? R"({"done":false})" : R"({"done":true})");
    return Done{};
  });
  if (stored && session.revision == 0)
    parts_.metrics.histogram(metric::kSessionCreationLatency)
        .observe(std::chrono::duration<double>(parts_.clock.monotonic() - began).count());
  return stored;
}

Status Worker::wait_for_turn(const Work& work) {
  return parts_.database.transact([&](Transaction& tx) {
    parts_.inbox.put_back(tx, work.leased.lease, parts_.clock.now() + kLockWait);
  });
}

Status Worker::give_up_or_retry(const Work& work, const Error& error) {
  const auto& schedule = parts_.pipeline.limits.conversation.retry;
  const auto wait =
      next_wait(schedule, work.leased.lease.attempt, parts_.random.unit(), error.retry_after);
  const bool again =
      error.error_class == ErrorClass::retry || error.error_class == ErrorClass::deadline;
  if (again && wait) {
    work.log.warn("message will be tried again", {{"channel", work.row().channel},
                                                  {"attempt", work.leased.lease.attempt},
                                                  {"error", error.message}});
    return parts_.database.transact([&](Transaction& tx) {
      parts_.inbox.retry(tx, work.leased.lease, work.now + *wait, error);
    });
  }
  work.log.error("message given up; it is in the dead letters",
                 {{"channel", work.row().channel},
                  {"attempt", work.leased.lease.attempt},
                  {"error", error.message}});
  return parts_.database.transact(
      [&](Transaction& tx) { parts_.inbox.bury(tx, work.leased, error, work.now); });
}

void Worker::count(const Said& said, const Outcome& outcome) {
  parts_.metrics.counter(metric::kIntentsDetected, {said.intent, band(said.confidence)}).add();
  if (outcome.session.fallbacks > 0) parts_.metrics.counter(metric::kNlpFallbacks).add();
  if (outcome.handed_off) parts_.metrics.counter(metric::kOrchestratorEscalations).add();
}

}  // namespace conserje
