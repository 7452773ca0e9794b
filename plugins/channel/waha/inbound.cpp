#include "inbound.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "content.hpp"
#include "jid.hpp"
#include "session.hpp"

namespace conserje::waha {
namespace {

using channel::DeliveryStatus;
using channel::UnifiedMessage;
using channel::WebhookEvents;
using document::Document;
using document::Value;

// ---- Whose it is.

/// The names that the engines give the same person beside `from`.
std::array<std::string_view, 8> jids_of(Value payload, std::string_view first) {
  const Value info = payload["_data"]["Info"];
  const Value key = payload["_data"]["key"];
  return {first,
          info["Sender"].view(),
          info["SenderAlt"].view(),
          key["remoteJidAlt"].view(),
          key["participantAlt"].view(),
          key["senderPn"].view(),
          key["senderLid"].view(),
          key["participantPn"].view()};
}

/// The number where it is known, with the hidden id as alias; else the hidden id.
void set_person(Value payload, std::string_view first, const Arrival& arrival,
                UnifiedMessage& out) {
  std::string number;
  std::string hidden;
  for (const auto name : jids_of(payload, first)) {
    const auto jid = parse_jid(name);
    if (jid.kind == JidKind::number && number.empty()) number = address_of(jid);
    if (jid.kind == JidKind::hidden && hidden.empty()) hidden = address_of(jid);
  }
  if (number.empty() && !hidden.empty()) number = arrival.book.number_of(hidden);
  out.sender_id = number.empty() ? hidden : number;
  if (!number.empty() && !hidden.empty()) out.sender_aliases = {hidden};
}

std::string_view push_name(Value raw) {
  for (const Value name : {raw["Info"]["PushName"], raw["pushName"], raw["notifyName"]})
    if (!name.view().empty()) return name.view();
  return {};
}

/// The chat of a payload: of our own messages some engines give our own number as `from`.
std::string_view chat_of(Value payload) {
  const auto chat = parse_message_id(payload["id"].view()).chat;
  if (!chat.empty()) return chat;
  if (payload["fromMe"].flag() && payload["to"]) return payload["to"].view();
  return payload["from"].view();
}

/// Sets who wrote it in which chat. False: nobody whom we could answer.
bool set_sender(Value payload, const Arrival& arrival, UnifiedMessage& out) {
  const auto from = payload["fromMe"].flag() ? chat_of(payload) : payload["from"].view();
  const auto chat = parse_jid(from);
  if (chat.kind == JidKind::none) return false;
  if (chat.kind == JidKind::group) {
    if (!arrival.with_groups) return false;
    out.group_id = address_of(chat);
    const Value writer = payload["participant"] ? payload["participant"] : payload["author"];
    set_person(payload, writer.view(), arrival, out);
  } else if (payload["fromMe"].flag()) {  // An echo: the others of its names are ours.
    set_person(Value(), from, arrival, out);
  } else {
    set_person(payload, from, arrival, out);
  }
  out.metadata["chat"] = normal_chat(from);
  if (!payload["fromMe"].flag()) out.sender_name = push_name(payload["_data"]);
  return !out.sender_id.empty();
}

enum class Author : std::uint8_t { guest, staff, us };

Author author_of(Value payload) {
  if (!payload["fromMe"].flag()) return Author::guest;
  return payload["source"].view() == "app" ? Author::staff : Author::us;
}

/// A message with id, account, time and sender; nullopt when it is ours, or nobody's.
std::optional<UnifiedMessage> begin(Value payload, std::string id, const Arrival& arrival) {
  if (id.empty() || author_of(payload) == Author::us) return std::nullopt;
  UnifiedMessage out{.id = std::move(id),
                     .account = std::string(arrival.session),
                     .timestamp_ms = to_ms(payload["timestamp"], arrival.received_at_ms)};
  if (!set_sender(payload, arrival, out)) return std::nullopt;
  return out;
}

std::string bare(Value id) { return std::string(parse_message_id(id.view()).bare); }

/// What staff did on the phone stays an echo, whatever it was.
UnifiedMessage finish(Value payload, UnifiedMessage out) {
  if (author_of(payload) == Author::staff) {
    out.metadata["content_type"] = out.type;
    out.type = "echo";
  }
  return out;
}

/// A text that names one of the choices we gave is that choice.
void resolve_choice(const Arrival& arrival, UnifiedMessage& out) {
  const bool may_choose = out.group_id.empty() && (out.type == "text" || out.type == "choice");
  if (!may_choose) return;
  auto choice = arrival.offers.line(out.sender_id, out.text);
  for (const auto& alias : out.sender_aliases)
    if (!choice) choice = arrival.offers.line(alias, out.text);
  if (!choice) return;
  out.type = "choice";
  out.text = choice->title;
  out.choice = std::move(choice);
}

// ---- One function for each kind of event.

/// What an event is read with.
struct Event {
  std::string_view name{};
  Value payload{};
  std::string id{};  // Of the event.
  const Arrival& arrival;
};

template <class T>
void add(std::optional<T> event, std::vector<T>& to, WebhookEvents& events) {
  if (event)
    to.push_back(*std::move(event));
  else
    ++events.ignored;
}

void on_message(const Event& event, WebhookEvents& events) {
  add(read_message(event.payload, event.arrival), events.messages, events);
}

void on_reaction(const Event& event, WebhookEvents& events) {
  auto out = begin(event.payload, bare(event.payload["id"]), event.arrival);
  if (out) {
    const Value reaction = event.payload["reaction"];
    out->type = "reaction";
    out->text = reaction["text"].view();  // Empty: the reaction was taken back.
    out->reply_to = bare(reaction["messageId"]);
    out = finish(event.payload, *std::move(out));
  }
  add(std::move(out), events.messages, events);
}

void on_edit(const Event& event, WebhookEvents& events) {
  const auto edited = event.payload["editedMessageId"].view();
  auto id = bare(event.payload["id"]);
  if (id == edited && !id.empty()) id += ":edit:" + event.id;  // Some engines keep the id.
  auto out = begin(event.payload, std::move(id), event.arrival);
  if (out) {
    map_content(event.payload, *out);
    out->metadata["content_type"] = out->type;
    out->type = "edit";
    out->reply_to = edited;
    out = finish(event.payload, *std::move(out));
  }
  add(std::move(out), events.messages, events);
}

void on_revoke(const Event& event, WebhookEvents& events) {
  const auto revoked = event.payload["revokedMessageId"].view();
  const Value message =
      event.payload["after"]["from"] ? event.payload["after"] : event.payload["before"];
  auto out = begin(message, revoked.empty() ? "" : "revoke:" + std::string(revoked), event.arrival);
  if (out) {
    out->type = "revoke";
    out->reply_to = revoked;
    out = finish(message, *std::move(out));
  }
  add(std::move(out), events.messages, events);
}

/// Something that happened to a guest and needs no answer.
void add_system(const Event& event, Value about, std::string id, WebhookEvents& events) {
  auto out = begin(about, std::move(id), event.arrival);
  if (out) {
    out->type = "system";
    out->metadata["event"] = event.name;
    out = finish(about, *std::move(out));
  }
  add(std::move(out), events.messages, events);
}

/// The real one follows as a message with the same id.
void on_waiting(const Event& event, WebhookEvents& events) {
  const auto id = bare(event.payload["id"]);
  add_system(event, event.payload, id.empty() ? "" : "waiting:" + id, events);
}

void on_call(const Event& event, WebhookEvents& events) {
  const auto id = event.payload["id"].text();
  add_system(event, event.payload, id.empty() ? "" : "call:" + id, events);
  if (!events.messages.empty())
    events.messages.back().metadata["is_video"] = event.payload["isVideo"].flag();
}

void on_vote(const Event& event, WebhookEvents& events) {
  const Value vote = event.payload["vote"];
  const auto poll = bare(event.payload["poll"]["id"]);
  auto out = begin(vote, bare(vote["id"]), event.arrival);
  if (out) {
    out->reply_to = poll;
    const bool is_readable = event.name == "poll.vote";
    if (!is_readable) {
      out->type = "unsupported";
      out->metadata["vendor_type"] = event.name;
    } else if (vote["selectedOptions"].size() == 0) {
      out->type = "system";
      out->metadata["event"] = "vote_withdrawn";
    } else {
      out->text = vote["selectedOptions"].first().view();
      out->choice = event.arrival.offers.vote(poll, out->text);
      if (out->choice) out->text = out->choice->title;
      out->type = out->choice ? "choice" : "text";  // Whose poll it is, nobody knows any more.
      if (vote["selectedOptions"].size() > 1)
        out->metadata["selected_options"] = vote["selectedOptions"].tree();
    }
    out = finish(vote, *std::move(out));
  }
  add(std::move(out), events.messages, events);
}

void on_ack(const Event& event, WebhookEvents& events) {
  add(read_status(event.payload, event.arrival.received_at_ms, event.arrival), events.statuses,
      events);
}

void on_session(const Event& event, WebhookEvents& events) {
  events.notices.push_back(status_notice(event.payload));
}

void ignore(const Event&, WebhookEvents& events) { ++events.ignored; }

struct EventKind {
  std::string_view name;
  void (*read)(const Event& event, WebhookEvents& events);
};
constexpr EventKind kEvents[] = {
    {"message", on_message},
    {"message.any", on_message},
    {"message.reaction", on_reaction},
    {"message.ack", on_ack},
    {"message.ack.group", on_ack},
    {"message.waiting", on_waiting},
    {"message.revoked", on_revoke},
    {"message.edited", on_edit},
    {"poll.vote", on_vote},
    {"poll.vote.failed", on_vote},
    {"call.received", on_call},
    {"call.accepted", ignore},
    {"call.rejected", ignore},
    {"session.status", on_session},
    {"state.change", ignore},  // Deprecated, beside session.status.
    {"presence.update", ignore},
    {"group.v2.join", ignore},
    {"group.v2.leave", ignore},
    {"group.v2.update", ignore},
    {"group.v2.participants", ignore},
    {"group.join", ignore},
    {"group.leave", ignore},
    {"chat.archive", ignore},
    {"label.upsert", ignore},
    {"label.deleted", ignore},
    {"label.chat.added", ignore},
    {"label.chat.deleted", ignore},
    {"event.response", ignore},
    {"event.response.failed", ignore},
    {"engine.event", ignore},
};

/// A kind of event that came after this was written.
void on_unknown(const Event& event, WebhookEvents& events) {
  const auto id = bare(event.payload["id"]);
  add_system(event, event.payload,
             id.empty() || event.name.empty() ? "" : std::string(event.name) + ":" + id, events);
  if (!events.messages.empty()) events.messages.back().metadata["content"] = event.payload.tree();
}

/// WAHA's words for the numbers of an ack.
struct Ack {
  std::int64_t number;
  std::string_view name;
  std::string_view status;  // Ours; empty: not yet with WhatsApp.
};
constexpr Ack kAcks[] = {{-1, "ERROR", "failed"},    {0, "PENDING", ""},  {1, "SERVER", "sent"},
                         {2, "DEVICE", "delivered"}, {3, "READ", "read"}, {4, "PLAYED", "played"}};

std::string_view status_of(Value payload) {
  const auto number = payload["ack"].integer();
  for (const auto& ack : kAcks)
    if (number ? ack.number == *number : ack.name == payload["ackName"].view()) return ack.status;
  return {};
}

/// The signed time of the event; it is what a replay cannot change.
Status check_age(std::int64_t sent_at_ms, const Arrival& arrival) {
  const auto age = arrival.received_at_ms - sent_at_ms;
  if (sent_at_ms == 0 || arrival.max_age_ms == 0 ||
      (age <= arrival.max_age_ms && -age <= arrival.max_age_ms))
    return Done{};
  return Error{ErrorClass::auth, "waha: the event is " +
                                     std::to_string((age < 0 ? -age : age) / 60'000) + " minutes " +
                                     (age < 0 ? "in the future" : "old") + ", and max_age_h is " +
                                     std::to_string(arrival.max_age_ms / 3'600'000) +
                                     ": a replay, or the clock of WAHA's machine is wrong"};
}

}  // namespace

std::optional<UnifiedMessage> read_message(Value payload, const Arrival& arrival) {
  auto out = begin(payload, bare(payload["id"]), arrival);
  if (!out) return out;
  out->reply_to = quoted_id(payload);
  map_content(payload, *out);
  if (author_of(payload) == Author::guest) resolve_choice(arrival, *out);
  return finish(payload, *std::move(out));
}

std::optional<DeliveryStatus> read_status(Value payload, std::int64_t timestamp_ms,
                                          const Arrival& arrival) {
  const auto id = parse_message_id(payload["id"].view());
  const auto status = status_of(payload);
  if ((!payload["fromMe"].flag() && !id.is_own) || status.empty() || id.bare.empty())
    return std::nullopt;
  const Value participant = payload["participant"];
  UnifiedMessage person;
  set_person(Value(), participant ? participant.view() : chat_of(payload), arrival, person);
  DeliveryStatus out{.message_id = std::string(id.bare),
                     .status = std::string(status),
                     .recipient_id = std::move(person.sender_id),
                     .reference = arrival.ledger.reference_of(id.bare, status),
                     .timestamp_ms = timestamp_ms};
  if (status != "failed") return out;
  out.error_class = to_string(ErrorClass::retry);
  out.error_code = "-1";
  out.error_text = "WhatsApp Web could not send it";
  return out;
}

Result<Reading> read_webhook(std::string_view body, const Arrival& arrival) {
  Document document;
  const auto root = document.parse(body);
  if (!root) return Error{root.error().error_class, "waha: " + root.error().message};
  if (!root->is_object())
    return Error{ErrorClass::permanent, "waha: the body is not a JSON object"};
  const auto sent_at = to_ms((*root)["timestamp"], 0);
  if (const auto fresh = check_age(sent_at, arrival); !fresh) return fresh.error();

  Reading reading{.engine = (*root)["engine"].text()};
  if ((*root)["session"].view() != arrival.session) {
    reading.events.ignored = 1;
    return reading;
  }
  Arrival when = arrival;
  if (sent_at != 0) when.received_at_ms = sent_at;
  const Event event{.name = (*root)["event"].view(),
                    .payload = (*root)["payload"],
                    .id = (*root)["id"].text(),
                    .arrival = when};
  const auto* const kind = std::ranges::find(kEvents, event.name, &EventKind::name);
  (kind == std::end(kEvents) ? on_unknown : kind->read)(event, reading.events);
  return reading;
}

}  // namespace conserje::waha
