#include "inbound.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>
#include <string>

#include "../common/document.hpp"
#include "address.hpp"
#include "errors.hpp"
#include "notices.hpp"

namespace conserje::whatsapp {
namespace {

using channel::DeliveryStatus;
using channel::UnifiedMessage;
using channel::WebhookEvents;
using document::Document;

/// Another address of the sender; each once.
void add_alias(std::string_view address, UnifiedMessage& out) {
  auto& aliases = out.sender_aliases;
  if (!address.empty() && address != out.sender_id &&
      std::ranges::find(aliases, address) == aliases.end())
    aliases.emplace_back(address);
}

// ---- A message's content: one function for each of the vendor's types. `content` has the shape
// that kContentTypes says.

void map_unsupported(std::string_view type, Value content, UnifiedMessage& out) {
  // Since 2026 `unsupported` says what it stands for.
  const auto said = type == "unsupported" ? content["type"].view() : std::string_view();
  out.type = "unsupported";
  out.metadata["vendor_type"] = said.empty() ? type : said;
  if (content) out.metadata["content"] = content.tree();
}

void map_text(std::string_view, Value text, UnifiedMessage& out) {
  out.type = "text";
  out.text = text["body"].view();
}

void map_media(std::string_view type, Value file, UnifiedMessage& out) {
  const auto mime_type = file["mime_type"].view();
  out.type = "media";
  out.text = file["caption"].view();
  out.media = channel::Media{
      .kind = std::string(file["voice"].flag() ? "voice" : type),
      .mime_type = std::string(mime_type.substr(0, mime_type.find(';'))),
      .reference = file["id"].text(),
      .url = std::string(file["url"].view()),
      .sha256 = std::string(file["sha256"].view()),
      .file_name = std::string(file["filename"].view()),
      .caption = out.text,
  };
}

void map_location(std::string_view type, Value place, UnifiedMessage& out) {
  const auto latitude = place["latitude"].number();
  const auto longitude = place["longitude"].number();
  if (!latitude || !longitude) return map_unsupported(type, place, out);
  out.type = "location";
  out.location = channel::Location{
      .latitude = *latitude,
      .longitude = *longitude,
      .name = std::string(place["name"].view()),
      .address = std::string(place["address"].view()),
      .url = std::string(place["url"].view()),
  };
}

/// E.164 where the card says enough.
std::string phone_of(Value phone) {
  if (const auto wa_id = phone["wa_id"].text(); is_digits(wa_id)) return to_e164(wa_id);
  const auto written = phone["phone"].view();
  if (!written.starts_with('+')) return std::string(written);
  std::string number = "+";
  std::ranges::copy_if(written, std::back_inserter(number), [](char c) {
    return is_digits({&c, 1});
  });
  return number;
}

channel::Contact to_contact(Value card) {
  channel::Contact contact{.name = std::string(card["name"]["formatted_name"].view()),
                           .organisation = std::string(card["org"]["company"].view())};
  for (const Value phone : card["phones"])
    if (auto number = phone_of(phone); !number.empty()) contact.phones.push_back(std::move(number));
  for (const Value email : card["emails"])
    if (email["email"]) contact.emails.emplace_back(email["email"].view());
  if (contact.name.empty() && !contact.phones.empty()) contact.name = contact.phones.front();
  return contact;
}

void map_contacts(std::string_view, Value cards, UnifiedMessage& out) {
  out.type = "contacts";
  for (const Value card : cards) {
    auto contact = to_contact(card);
    if (contact.name.empty()) continue;
    if (!out.text.empty()) out.text += ", ";
    out.text += contact.name;
    out.contacts.push_back(std::move(contact));
  }
  out.metadata["contacts"] = cards.tree();
}

void map_reaction(std::string_view, Value reaction, UnifiedMessage& out) {
  out.type = "reaction";
  out.text = reaction["emoji"].view();  // Empty: the reaction was taken back.
  out.reply_to = reaction["message_id"].view();
}

void choose(std::string_view id, std::string_view title, UnifiedMessage& out) {
  out.type = "choice";
  out.text = title;
  out.choice = channel::Choice{.id = std::string(id), .title = std::string(title)};
}

/// A form that the guest filled in; the answers are a JSON text within the JSON.
void map_flow_reply(Value reply, UnifiedMessage& out) {
  choose(reply["name"].view(), reply["body"].view(), out);
  Document document;
  const auto answers = document.parse(reply["response_json"].view());
  out.metadata["answers"] = answers ? answers->tree() : reply["response_json"].tree();
}

void map_interactive(std::string_view type, Value interactive, UnifiedMessage& out) {
  const auto kind = interactive["type"].view();
  const Value reply = interactive[kind];
  if (!reply.is_object()) return map_unsupported(type, interactive, out);
  if (kind == "button_reply" || kind == "list_reply") {
    choose(reply["id"].view(), reply["title"].view(), out);
    out.choice->description = reply["description"].view();
  } else if (kind == "nfm_reply") {
    map_flow_reply(reply, out);
  } else if (kind == "call_permission_reply") {
    out.type = "system";
    out.metadata["event"] = kind;
    out.metadata[std::string(kind)] = reply.tree();
  } else {
    map_unsupported(type, interactive, out);
  }
}

/// The quick reply of a template.
void map_button(std::string_view, Value button, UnifiedMessage& out) {
  const auto text = button["text"].view();
  const auto payload = button["payload"].view();
  choose(payload.empty() ? text : payload, text, out);
}

void map_order(std::string_view, Value order, UnifiedMessage& out) {
  out.type = "order";
  out.text = order["text"].view();
  out.metadata["order"] = order.tree();
}

void map_system(std::string_view, Value system, UnifiedMessage& out) {
  out.type = "system";
  out.text = system["body"].view();
  out.metadata["event"] = system["type"].view();
  const auto wa_id = system["wa_id"] ? system["wa_id"].text() : system["new_wa_id"].text();
  const auto address = to_address(wa_id, system["user_id"].view());
  if (address.empty()) return;
  out.metadata["new_sender_id"] = address;
  add_alias(address, out);  // He stays the guest that he was.
}

void map_welcome(std::string_view, Value, UnifiedMessage& out) { out.type = "request_welcome"; }

void map_content(Value message, UnifiedMessage& out);

/// The content after the edit, under the id of the message that was edited.
void map_edit(std::string_view, Value edit, UnifiedMessage& out) {
  map_content(edit["message"], out);
  out.metadata["content_type"] = out.type;
  out.type = "edit";
  out.reply_to = edit["original_message_id"].view();
}

void map_revoke(std::string_view, Value revoke, UnifiedMessage& out) {
  out.type = "revoke";
  out.reply_to = revoke["original_message_id"].view();
}

struct ContentType {
  std::string_view name;             // Also of the member that holds the content.
  bool (Value::*has_shape)() const;  // Null: any.
  void (*map)(std::string_view type, Value content, UnifiedMessage& out);
};
constexpr ContentType kContentTypes[] = {
    {"text", &Value::is_object, map_text},
    {"image", &Value::is_object, map_media},
    {"audio", &Value::is_object, map_media},
    {"video", &Value::is_object, map_media},
    {"document", &Value::is_object, map_media},
    {"sticker", &Value::is_object, map_media},
    {"location", &Value::is_object, map_location},
    {"contacts", &Value::is_array, map_contacts},
    {"reaction", &Value::is_object, map_reaction},
    {"interactive", &Value::is_object, map_interactive},
    {"button", &Value::is_object, map_button},
    {"order", &Value::is_object, map_order},
    {"system", &Value::is_object, map_system},
    {"request_welcome", nullptr, map_welcome},
    {"edit", &Value::is_object, map_edit},
    {"revoke", &Value::is_object, map_revoke},
};

/// Sets type, text and what belongs to the type; adds to metadata.
void map_content(Value message, UnifiedMessage& out) {
  const auto type = message["type"].view();
  const Value content = message[type];
  const auto* const known = std::ranges::find(kContentTypes, type, &ContentType::name);
  const bool is_known = known != std::end(kContentTypes) &&
                        (known->has_shape == nullptr || (content.*known->has_shape)());
  (is_known ? known->map : map_unsupported)(type, content, out);
}

// ---- Whose it is, and when.

struct Guest {
  std::string_view wa_id{};
  std::string_view user_id{};
  Value contact{};
};

/// The guest with these ids, one of which may be missing, as far as `contacts` knows more.
Guest find_guest(std::string_view wa_id, std::string_view user_id, Value contacts) {
  for (const Value contact : contacts) {
    const auto contact_wa_id = contact["wa_id"].view();
    const auto contact_user_id = contact["user_id"].view();
    if ((wa_id.empty() || wa_id != contact_wa_id) &&
        (user_id.empty() || user_id != contact_user_id))
      continue;
    return {wa_id.empty() ? contact_wa_id : wa_id, user_id.empty() ? contact_user_id : user_id,
            contact};
  }
  return {wa_id, user_id};
}

void set_sender(const Guest& guest, Value message, UnifiedMessage& out) {
  const Value profile = guest.contact["profile"];
  const auto username = profile["username"].view();
  out.sender_id = to_address(guest.wa_id, guest.user_id);
  out.sender_name = profile["name"] ? profile["name"].view() : username;
  if (guest.user_id.empty()) return;
  const Value parent = guest.contact["parent_user_id"] ? guest.contact["parent_user_id"]
                                                       : message["from_parent_user_id"];
  add_alias(to_e164(guest.wa_id), out);
  add_alias(parent.view(), out);
  out.metadata["user_id"] = guest.user_id;
  if (!guest.wa_id.empty()) out.metadata["wa_id"] = guest.wa_id;
  if (!username.empty()) out.metadata["username"] = username;
  if (parent) out.metadata["parent_user_id"] = parent.view();
}

/// Meta's seconds as our milliseconds.
std::int64_t to_ms(Value timestamp, std::int64_t otherwise) {
  const auto seconds = timestamp.integer();
  if (!seconds || *seconds <= 0 || *seconds > std::numeric_limits<std::int64_t>::max() / 1000)
    return otherwise;
  return *seconds * 1000;
}

// ---- The elements of a change.

enum class Author : std::uint8_t { guest, staff };

/// nullopt without an id or a guest: it could neither be told from its repetition nor answered.
std::optional<UnifiedMessage> to_unified(Value message, Author author, Value value,
                                         const Arrival& arrival) {
  const bool is_echo = author == Author::staff;
  const auto guest =
      is_echo
          ? find_guest(message["to"].view(), message["to_user_id"].view(), value["contacts"])
          : find_guest(message["from"].view(), message["from_user_id"].view(), value["contacts"]);
  UnifiedMessage out{.id = std::string(message["id"].view()),
                     .account = std::string(arrival.phone_number_id),
                     .timestamp_ms = to_ms(message["timestamp"], arrival.received_at_ms)};
  set_sender(guest, message, out);
  if (out.id.empty() || out.sender_id.empty()) return std::nullopt;

  out.reply_to = message["context"]["id"].view();
  out.group_id = message["group_id"].view();
  map_content(message, out);
  if (is_echo) {
    out.metadata["content_type"] = out.type;
    out.type = "echo";
  }
  for (const auto* extra : {"context", "referral", "identity", "errors"})
    if (const Value found = message[extra]) out.metadata[extra] = found.tree();
  const bool is_explained = !message["errors"] && out.type == "unsupported" && value["errors"];
  if (is_explained) out.metadata["errors"] = value["errors"].tree();
  return out;
}

/// The person in a group, else the recipient.
std::string recipient_of(Value status) {
  const auto participant = to_address(status["recipient_participant_id"].view(),
                                      status["recipient_participant_user_id"].view());
  if (!participant.empty()) return participant;
  return to_address(status["recipient_id"].view(), status["recipient_user_id"].view());
}

constexpr std::string_view kStatuses[] = {"sent", "delivered", "read", "played", "failed"};

/// nullopt for a status that we do not know.
std::optional<DeliveryStatus> to_unified(Value status, const Arrival& arrival) {
  const auto name = status["status"].view();
  if (std::ranges::find(kStatuses, name) == std::end(kStatuses) || status["id"].view().empty())
    return std::nullopt;
  DeliveryStatus out{.message_id = std::string(status["id"].view()),
                     .status = std::string(name),
                     .recipient_id = recipient_of(status),
                     .reference = std::string(status["biz_opaque_callback_data"].view()),
                     .timestamp_ms = to_ms(status["timestamp"], arrival.received_at_ms)};
  if (name != "failed") return out;
  const Value error = status["errors"].first();
  const auto verdict = judge(error, 1).value_or(Verdict{ErrorClass::permanent});
  out.error_class = to_string(verdict.error_class);
  out.error_code = error["code"].text();
  out.error_text = describe(error);
  out.needs_template = hint_of(out.error_code).needs_template;
  return out;
}

/// What no retry mends, or what a retry alone does not.
bool needs_operator(Value error) {
  const auto verdict = judge(error, 1);
  return (verdict && (verdict->error_class == ErrorClass::config ||
                      verdict->error_class == ErrorClass::auth)) ||
         hint_of(error["code"].text()).needs_person;
}

template <class T>
void add(std::optional<T> event, std::vector<T>& to, WebhookEvents& events) {
  if (event)
    to.push_back(*std::move(event));
  else
    ++events.ignored;
}

/// A change of one of our numbers: messages, statuses, echoes, or only errors.
void read_conversation(Value value, const Arrival& arrival, WebhookEvents& events) {
  const auto elements =
      value["messages"].size() + value["message_echoes"].size() + value["statuses"].size();
  const auto account = value["metadata"]["phone_number_id"].text();
  if (account != arrival.phone_number_id || (elements == 0 && value["errors"].size() == 0)) {
    events.ignored += static_cast<std::int64_t>(std::max<std::size_t>(elements, 1));
    return;
  }
  for (const Value message : value["messages"])
    add(to_unified(message, Author::guest, value, arrival), events.messages, events);
  for (const Value echo : value["message_echoes"])
    add(to_unified(echo, Author::staff, value, arrival), events.messages, events);
  for (const Value status : value["statuses"]) {
    add(to_unified(status, arrival), events.statuses, events);
    const Value error = status["errors"].first();
    if (needs_operator(error)) events.notices.push_back(error_notice(error));
  }
  if (elements == 0)
    for (const Value error : value["errors"]) events.notices.push_back(error_notice(error));
}

void read_change(Value entry, Value change, const Arrival& arrival, WebhookEvents& events) {
  const auto field = change["field"].view();
  if (field == "messages" || field == "smb_message_echoes") {
    read_conversation(change["value"], arrival, events);
  } else if (auto notices = account_notices(entry, change); !notices.empty()) {
    std::ranges::move(notices, std::back_inserter(events.notices));
  } else {
    ++events.ignored;  // Calls, imported history (never answer it), and what Meta adds next.
  }
}

}  // namespace

Result<WebhookEvents> read_webhook(std::string_view body, const Arrival& arrival) {
  Document document;
  const auto root = document.parse(body);
  if (!root) return Error{root.error().error_class, "whatsapp: " + root.error().message};
  if (!root->is_object())
    return Error{ErrorClass::permanent, "whatsapp: the body is not a JSON object"};

  WebhookEvents events;
  if ((*root)["object"].view() != "whatsapp_business_account") {
    events.ignored = 1;
    return events;
  }
  for (const Value entry : (*root)["entry"])
    for (const Value change : entry["changes"]) read_change(entry, change, arrival, events);
  return events;
}

}  // namespace conserje::whatsapp
