#include "inbound.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "address.hpp"
#include "errors.hpp"

namespace conserje::twilio {
namespace {

using channel::DeliveryStatus;
using channel::Media;
using channel::UnifiedMessage;
using channel::WebhookEvents;

constexpr std::size_t kMostMedia = 10;      // Of one message.
constexpr std::size_t kMostBrackets = 256;  // In a JSON text that is unfolded: bounds its depth.
constexpr std::size_t kLongestReference = 128;
constexpr char kPartMark = '.';

/// A reference that needs no escape.
bool is_plain(std::string_view reference) {
  return !reference.empty() && reference.size() <= kLongestReference &&
         std::ranges::all_of(
             reference, [](char c) { return url::is_alphanumeric(c) || c == '_' || c == '-'; });
}

/// `text` with U+FFFD where it is no UTF-8, as the writer would have it.
std::string in_utf8(const std::string& text) {
  std::string quoted;
  JsonWriter(quoted).value(text);
  return parse_json(quoted)->get<std::string>();
}

/// The fields of a webhook. What has been taken is gone; what is left nobody knew.
class Form {
 public:
  explicit Form(const url::Fields& fields) {
    for (const auto& [name, value] : fields) fields_[in_utf8(name)].push_back(value);
  }

  /// Empty when it is not there.
  std::string_view peek(const std::string& name) const {
    const auto found = fields_.find(name);
    return found == fields_.end() ? std::string_view() : std::string_view(found->second.front());
  }
  std::string take(const std::string& name) {
    auto found = fields_.extract(name);
    return found.empty() ? std::string() : std::move(found.mapped().front());
  }
  std::string take_first_of(std::initializer_list<const char*> names) {
    std::string value;
    for (const auto* name : names)
      if (auto found = take(name); value.empty()) value = std::move(found);
    return value;
  }

  /// What nobody took and is not empty, under Twilio's names.
  Json rest() const {
    Json rest;
    for (const auto& [name, values] : fields_) {
      if (values.size() > 1)
        rest[name] = values;
      else if (!values.front().empty())
        rest[name] = values.front();
    }
    return rest;
  }

 private:
  std::map<std::string, std::vector<std::string>> fields_{};
};

/// A JSON text within a field, unfolded where it is one.
Json unfolded(const std::string& text) {
  const auto brackets = std::ranges::count_if(text, [](char c) { return c == '[' || c == '{'; });
  if (brackets > static_cast<std::ptrdiff_t>(kMostBrackets)) return text;
  const auto json = parse_json(text);
  return json ? *json : Json(text);
}

std::optional<double> decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() ||
      !std::isfinite(value))
    return std::nullopt;
  return value;
}

// ---- Files.

std::string kind_of(std::string_view mime_type, bool is_whatsapp) {
  const auto family = mime_type.substr(0, mime_type.find('/'));
  if (is_whatsapp && mime_type == "image/webp") return "sticker";
  if (is_whatsapp && mime_type == "audio/ogg") return "voice";
  if (family == "image" || family == "audio" || family == "video") return std::string(family);
  return "document";
}

bool is_card(std::string_view mime_type) {
  return mime_type == "text/vcard" || mime_type == "text/x-vcard";
}

/// `url`: ".../Messages/MM.../Media/ME..."; its last part is the id.
Media to_media(std::string_view url, std::string_view content_type, bool is_whatsapp) {
  const auto mime_type = content_type.substr(0, content_type.find(';'));
  return {.kind = kind_of(mime_type, is_whatsapp),
          .mime_type = std::string(mime_type),
          .reference = std::string(url.substr(url.rfind('/') + 1)),
          .url = std::string(url)};
}

std::vector<Media> take_media(Form& form, bool is_whatsapp) {
  std::vector<Media> files;
  for (std::size_t n = 0; n < kMostMedia; ++n) {
    const auto number = std::to_string(n);
    const auto url = form.take("MediaUrl" + number);
    const auto content_type = form.take("MediaContentType" + number);
    if (!url.empty()) files.push_back(to_media(url, content_type, is_whatsapp));
  }
  return files;
}

void set_media(std::vector<Media> files, UnifiedMessage& out) {
  const bool is_contact =
      std::ranges::all_of(files, [](const Media& file) { return is_card(file.mime_type); });
  out.type = is_contact ? "contacts" : "media";
  out.media = std::move(files.front());
  out.media->caption = out.text;
  files.erase(files.begin());
  out.more_media = std::move(files);
}

// ---- A message's content: by what it has, since SMS do not say their type.

bool set_location(Form& form, UnifiedMessage& out) {
  const auto latitude = decimal(form.peek("Latitude"));
  const auto longitude = decimal(form.peek("Longitude"));
  if (!latitude || !longitude) return false;
  form.take("Latitude");
  form.take("Longitude");
  out.type = "location";
  out.location = channel::Location{.latitude = *latitude,
                                   .longitude = *longitude,
                                   .name = form.take("Label"),
                                   .address = form.take("Address")};
  return true;
}

/// A button, a row of a list, or a form that was filled in. The names of a list's fields are not
/// certain: its title is in `Body` in any case.
bool set_choice(std::string_view type, Form& form, UnifiedMessage& out) {
  const auto id = form.take_first_of({"ListId", "ButtonPayload"});
  const auto title = form.take_first_of({"ListTitle", "ButtonText"});
  const auto answers = form.take("InteractiveData");
  if (!answers.empty()) out.metadata["answers"] = unfolded(answers);
  const bool is_choice = type == "button" || type == "interactive" || !id.empty() ||
                         !title.empty() || !answers.empty();
  const auto& shown = title.empty() ? out.text : title;
  if (!is_choice || (id.empty() && shown.empty() && answers.empty())) return false;
  out.type = "choice";
  out.choice = channel::Choice{
      .id = id.empty() ? shown : id, .title = shown, .description = form.take("ListDescription")};
  out.text = shown;
  return true;
}

/// STOP, START and HELP have been answered by Twilio.
void set_opt_out(std::string_view word, UnifiedMessage& out) {
  out.type = "system";
  out.automated = true;
  out.metadata["event"] = word == "STOP" ? "opt_out" : word == "START" ? "opt_in" : "help";
}

constexpr std::string_view kTextTypes[] = {"", "text"};
constexpr std::string_view kMediaTypes[] = {"image",   "audio",    "video", "document",
                                            "sticker", "contacts", "text",  ""};

bool is_one_of(std::span<const std::string_view> types, std::string_view type) {
  return std::ranges::find(types, type) != types.end();
}

void set_content(Form& form, bool is_whatsapp, UnifiedMessage& out) {
  const auto type = form.take("MessageType");
  out.text = form.take("Body");
  auto files = take_media(form, is_whatsapp);
  if (const auto word = form.take("OptOutType"); !word.empty()) return set_opt_out(word, out);
  if (!files.empty()) {
    set_media(std::move(files), out);
    if (!is_one_of(kMediaTypes, type)) out.metadata["vendor_type"] = type;
  } else if (set_location(form, out) || set_choice(type, form, out)) {
    return;
  } else if (type == "order") {
    out.type = type;
  } else if (is_one_of(kTextTypes, type) && !out.text.empty()) {
    out.type = "text";
  } else {
    out.type = "unsupported";
    out.metadata["vendor_type"] = type;
  }
}

// ---- Whose it is.

void add_alias(std::string alias, UnifiedMessage& out) {
  const bool is_known = alias.empty() || alias == out.sender_id ||
                        std::ranges::find(out.sender_aliases, alias) != out.sender_aliases.end();
  if (!is_known) out.sender_aliases.push_back(std::move(alias));
}

void set_sender(Form& form, UnifiedMessage& out) {
  const auto from = form.take("From");
  const auto wa_id = form.take("WaId");
  const auto user_id = form.take("ExternalUserId");
  out.sender_name = form.take("ProfileName");
  out.sender_id = without_channel(from.empty() ? user_id : from);
  if (is_digits(wa_id)) add_alias("+" + wa_id, out);
  add_alias(std::string(without_channel(user_id)), out);
}

/// Short codes and names write by programs, and nobody reads what is answered to them.
bool is_program(std::string_view sender_id) {
  return !is_e164(sender_id) && !is_user_id(sender_id);
}

/// Fields that say nothing, or say it twice.
constexpr const char* kIdle[] = {"SmsSid",      "SmsMessageSid", "SmsStatus",  "MessageStatus",
                                 "NumSegments", "NumMedia",      "ApiVersion", "AccountSid"};

void set_metadata(Form& form, UnifiedMessage& out) {
  for (const auto* name : {"ChannelMetadata", "AddOns"})
    if (const auto text = form.take(name); !text.empty()) out.metadata[name] = unfolded(text);
  if (form.peek("ReferralNumMedia") == "0") form.take("ReferralNumMedia");
  for (const auto* name : kIdle) form.take(name);
  const Json rest = form.rest();
  for (const auto& [name, value] : rest.items()) out.metadata[name] = value;
}

/// What a guest said about hearing from us; staff may want to know.
channel::Notice preference_notice(const UnifiedMessage& message, std::string_view word) {
  return {.name = "guest_preference",
          .severity = "info",
          .text = std::string(word),
          .metadata = {{"value", word}, {"message_id", message.id}}};
}

channel::Notice misdirected(std::string_view what, std::string_view message_id) {
  return {.name = "misdirected",
          .severity = "warning",
          .text = "what came is for " + std::string(what) +
                  "; correct the webhook's address at Twilio, or the settings",
          .metadata = {{"message_id", message_id}}};
}

void read_message(Form form, const Config& config, std::int64_t received_at_ms,
                  WebhookEvents& events) {
  const bool is_whatsapp = config.is_whatsapp();
  const auto to = form.take("To");
  UnifiedMessage out{.id = form.take_first_of({"MessageSid", "SmsMessageSid", "SmsSid"}),
                     .account = std::string(without_channel(to)),
                     .timestamp_ms = received_at_ms};
  const auto word = std::string(form.peek("OptOutType"));
  const bool is_ours_by_channel = channel_of(to) == channel_of(config.sender);
  set_sender(form, out);
  if (out.id.empty() || out.sender_id.empty() || !is_ours_by_channel) {
    ++events.ignored;
    if (!is_ours_by_channel)
      events.notices.push_back(misdirected("another channel than this entry's", out.id));
    return;
  }
  set_content(form, is_whatsapp, out);
  out.automated = out.automated || is_program(out.sender_id);
  out.reply_to = form.take("OriginalRepliedMessageSid");
  set_metadata(form, out);
  if (!word.empty() && word != "HELP") events.notices.push_back(preference_notice(out, word));
  events.messages.push_back(std::move(out));
}

// ---- Delivery statuses.

struct StatusName {
  std::string_view theirs;
  std::string_view ours;  // Empty: on its way; it says no more than that we sent it.
};
constexpr StatusName kStatuses[] = {
    {"accepted", ""},          {"scheduled", ""},          {"queued", ""},
    {"sending", ""},           {"sent", "sent"},           {"partially_delivered", "sent"},
    {"read", "read"},          {"delivered", "delivered"}, {"failed", "failed"},
    {"undelivered", "failed"}, {"canceled", "failed"},
};

const StatusName* status_named(std::string_view name) {
  const auto* const found = std::ranges::find(kStatuses, name, &StatusName::theirs);
  return found == std::end(kStatuses) ? nullptr : found;
}

void explain_failure(std::string_view code, DeliveryStatus& out) {
  const auto verdict =
      judge(code, {.now_ms = out.timestamp_ms}).value_or(Verdict{ErrorClass::permanent});
  out.error_class = to_string(verdict.error_class);
  out.error_code = code;
  out.error_text = describe(code);
  out.needs_template = verdict.needs_template;
}

/// Trouble that another message would have as well.
std::optional<channel::Notice> trouble_notice(const DeliveryStatus& status) {
  const auto verdict = judge(status.error_code, {});
  if (status.status != "failed" || !verdict) return std::nullopt;
  const bool needs_operator =
      verdict->error_class == ErrorClass::config || verdict->error_class == ErrorClass::auth;
  if (!needs_operator && !verdict->alert) return std::nullopt;
  return channel::Notice{
      .name = "provider_error",
      .severity = needs_operator ? "critical" : "warning",
      .text = status.error_code + " " + status.error_text,
      .metadata = {{"code", status.error_code}, {"message_id", status.message_id}}};
}

void read_status(Form form, std::string_view query, std::string_view name,
                 std::int64_t received_at_ms, WebhookEvents& events) {
  const auto* const known = status_named(name);
  DeliveryStatus out{.message_id = form.take_first_of({"MessageSid", "SmsSid"}),
                     .recipient_id = std::string(without_channel(form.peek("To"))),
                     .timestamp_ms = received_at_ms};
  if (known == nullptr || known->ours.empty() || out.message_id.empty()) {
    ++events.ignored;
    return;
  }
  out.status = known->ours;
  const auto parameters = url::parse_form(query);
  const auto ours = read_callback_reference(url::value_of(parameters, kReferenceParameter));
  if (ours.is_of_part && out.status != "failed") {  // The message as a whole has not gone yet.
    ++events.ignored;
    return;
  }
  out.reference = ours.reference;
  if (out.status == "failed") explain_failure(form.peek("ErrorCode"), out);
  if (auto notice = trouble_notice(out)) events.notices.push_back(*std::move(notice));
  events.statuses.push_back(std::move(out));
}

}  // namespace

WebhookEvents read_webhook(const url::Fields& fields, std::string_view query, const Config& config,
                           std::int64_t received_at_ms) {
  WebhookEvents events;
  Form form(fields);
  const auto account = form.peek("AccountSid");
  if (!account.empty() && account != config.account_sid) {
    ++events.ignored;
    events.notices.push_back(misdirected("another account", form.peek("MessageSid")));
    return events;
  }
  const std::string status(form.peek("MessageStatus").empty() ? form.peek("SmsStatus")
                                                              : form.peek("MessageStatus"));
  const bool is_inbound = status == "received" || status == "receiving";
  if (is_inbound || (status.empty() && !form.peek("From").empty()))
    read_message(std::move(form), config, received_at_ms, events);
  else
    read_status(std::move(form), query, status, received_at_ms, events);
  return events;
}

UnifiedMessage to_unified(const Message& message, const std::vector<MediaEntry>& files,
                          const Config& config) {
  UnifiedMessage out{.id = message.sid,
                     .account = std::string(without_channel(message.to)),
                     .sender_id = std::string(without_channel(message.from)),
                     .type = message.body.empty() ? "unsupported" : "text",
                     .text = message.body,
                     .timestamp_ms = message.sent_ms != 0 ? message.sent_ms : message.created_ms};
  std::vector<Media> media;
  for (const auto& file : files)
    media.push_back(to_media(config.api_url + "/2010-04-01/Accounts/" + config.account_sid +
                                 "/Messages/" + message.sid + "/Media/" + file.sid,
                             file.content_type, config.is_whatsapp()));
  if (!media.empty()) set_media(std::move(media), out);
  out.automated = is_program(out.sender_id);
  return out;
}

std::optional<DeliveryStatus> to_status(const Message& message) {
  const auto* const known = status_named(message.status);
  if (known == nullptr || known->ours.empty()) return std::nullopt;
  DeliveryStatus out{.message_id = message.sid,
                     .status = std::string(known->ours),
                     .recipient_id = std::string(without_channel(message.to)),
                     .timestamp_ms = message.sent_ms != 0 ? message.sent_ms : message.created_ms};
  if (out.status == "failed") explain_failure(message.error_code, out);
  return out;
}

std::string callback_reference(std::string_view reference, std::size_t part, std::size_t parts) {
  if (!is_plain(reference)) return {};
  std::string text(reference);
  if (part + 1 < parts) text += kPartMark + std::to_string(part);
  return text;
}

CallbackReference read_callback_reference(std::string_view text) {
  const auto mark = text.find(kPartMark);
  const auto reference = text.substr(0, mark);
  const bool is_of_part = mark != std::string_view::npos;
  if (!is_plain(reference) || (is_of_part && !is_digits(text.substr(mark + 1)))) return {};
  return {.reference = reference, .is_of_part = is_of_part};
}

}  // namespace conserje::twilio
