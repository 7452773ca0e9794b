// What a session needs beside sending and hearing: its acks watched, its health asked, its lists
// and files read.
#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

#include "conserje/text.hpp"
#include "conserje/url.hpp"
#include "content.hpp"
#include "errors.hpp"
#include "jid.hpp"
#include "media.hpp"
#include "session.hpp"
#include "waha.hpp"

namespace conserje::waha {
namespace {

using channel::ChannelHealth;
using channel::DeliveryStatus;
using channel::UnifiedMessage;
using document::Document;
using document::Value;
using namespace std::chrono_literals;

constexpr std::string_view kAckTimer = "acks";
constexpr std::string_view kHiddenTimer = "lids";
constexpr std::string_view kSendingsKey = "sendings";
constexpr std::chrono::milliseconds kAckPeriod = 15s;
constexpr std::chrono::milliseconds kHiddenFirst = 2s;
constexpr std::chrono::milliseconds kHiddenPeriod = 6h;
constexpr std::chrono::milliseconds kEmitTimeout = 10s;
constexpr std::int64_t kGiveUpAskingMs = 600'000;  // WAHA away: so long an ack may yet be found.
constexpr std::int64_t kHealthMs = 10'000;
constexpr std::int64_t kAskMs = 10'000;
constexpr std::int64_t kLongestStartMs = 300'000;  // A session that connects longer hangs.
constexpr std::size_t kMostAsked = 20;             // Acks in one go.
constexpr std::size_t kMostStored = 300;           // Sendings that outlive a restart of the host.
constexpr std::size_t kHiddenPage = 500;
constexpr std::size_t kPage = 100;
constexpr std::size_t kMostPages = 20;
constexpr std::int64_t kMostListed = 500;  // Messages of one list_since.
constexpr std::int64_t kListBytes = 16 * 1024 * 1024;

Json to_json(const std::vector<std::pair<std::string, Sending>>& sendings) {
  Json items = Json::array();
  for (const auto& [id, s] : sendings)
    items.push_back({{"id", id},
                     {"reference", s.reference},
                     {"part", s.part},
                     {"parts", s.parts},
                     {"chat", s.chat},
                     {"at_ms", s.at_ms}});
  return items;
}

/// The rows of a list. What is none must not be taken for an empty one: then messages would count
/// as never sent, and go twice.
Result<Value> rows_of(Document& document, const HttpResponse& response) {
  const auto root = document.parse(response.body);
  if (!root) return root.error();
  if (root->is_array()) return *root;
  return Error{ErrorClass::permanent, "waha: the list is no list; another version of WAHA?"};
}

/// Where a list goes on: behind the message of this time and id.
struct Cursor {
  std::int64_t at_ms = 0;
  std::string id{};
};

Cursor parse_cursor(std::string_view text) {
  Cursor cursor;
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return cursor;
  std::from_chars(text.data(), text.data() + slash, cursor.at_ms);
  cursor.id = text.substr(slash + 1);
  return cursor;
}

auto place_in_list(const UnifiedMessage& message) {
  return std::tie(message.timestamp_ms, message.id);
}

/// Of the rows of a list, a chat's id: a text, or as WhatsApp Web has it.
std::string_view row_id(Value row) {
  return row["id"].is_object() ? row["id"]["_serialized"].view() : row["id"].view();
}

/// `body` is these words, perhaps with choices as lines below them.
bool says(std::string_view body, std::string_view words) {
  body = text::trimmed(body);
  return body.starts_with(words) &&
         (body.size() == words.size() || body.substr(words.size()).starts_with("\n\n1. "));
}

/// Our messages that say these texts, in their order, as far as they are there since then. `rows`:
/// newest first. Two texts may be the same, and are then two messages.
std::vector<Value> rows_saying(Value rows, const std::vector<std::string_view>& texts,
                               std::int64_t since_ms) {
  std::vector<Value> ours;
  for (const Value row : rows)
    if (row["fromMe"].flag() && to_ms(row["timestamp"], 0) >= since_ms / 1000 * 1000)
      ours.push_back(row);
  std::vector<Value> saying;
  for (auto row = ours.rbegin(); row != ours.rend() && saying.size() < texts.size(); ++row)
    if (says((*row)["body"].view(), texts[saying.size()])) saying.push_back(*row);
  return saying;
}

std::string page_query(std::size_t page) {
  return "?limit=" + std::to_string(kPage) + "&offset=" + std::to_string(page * kPage);
}
std::string since_query(std::int64_t since_ms) {
  return "&downloadMedia=false&filter.timestamp.gte=" + std::to_string(since_ms / 1000);
}

std::string_view without_parameters(std::string_view mime_type) {
  return mime_type.substr(0, mime_type.find(';'));
}

}  // namespace

// ---- Life.

Status Waha::start(const Call&) {
  restore_offers();
  if (const auto entry = host_.kv_get(kSendingsKey); entry && *entry) {
    const auto json = parse_json((*entry)->value);
    for (const auto& item : json && json->is_array() ? *json : Json::array())
      if (item.is_object())
        ledger_.sent(item.value("id", ""), {.reference = item.value("reference", ""),
                                            .part = item.value("part", std::size_t{0}),
                                            .parts = item.value("parts", std::size_t{1}),
                                            .chat = item.value("chat", ""),
                                            .at_ms = item.value("at_ms", std::int64_t{0})});
  }
  const std::chrono::milliseconds patience = std::chrono::seconds(config_.ack_timeout_s);
  const auto period =
      std::min(kAckPeriod, std::max<std::chrono::milliseconds>(patience / 2, 100ms));
  const auto acks = host_.set_timer(kAckTimer, period, period);
  const auto hidden = host_.set_timer(kHiddenTimer, kHiddenFirst, kHiddenPeriod);
  if (!acks || !hidden)
    host_.warn("without timers: acks are not watched", {{"session", config_.session}});
  return Done{};
}

Status Waha::drain(const Call&) {
  host_.clear_timer(kAckTimer);
  host_.clear_timer(kHiddenTimer);
  const auto open = ledger_.overdue(host_.now_ms() + 1, kMostStored);
  if (!open.empty())
    (void)host_.kv_put(kSendingsKey, to_json(open).dump());
  else
    (void)host_.kv_remove(kSendingsKey);
  return Done{};
}

Status Waha::on_timer(const Call& call, std::string_view name) {
  if (name == kAckTimer) watch_acks(call);
  if (name == kHiddenTimer) load_hidden_ids(call);
  return Done{};
}

/// 201 says that the engine took a message. What WhatsApp has not acknowledged in time, it has not
/// got: the number is not there, or the session only believes to be connected.
void Waha::watch_acks(const Call& call) {
  channel::EmitRequest events;
  const auto late = ledger_.overdue(host_.now_ms() - config_.ack_timeout_s * 1000, kMostAsked);
  for (const auto& [id, sending] : late) resolve_ack(call, id, sending, events);
  if (events.statuses.empty()) return;
  if (const auto told = host_.emit(events, kEmitTimeout); !told)
    host_.error("delivery statuses could not be handed over",
                {{"error", told.error().message}, {"count", events.statuses.size()}});
}

void Waha::resolve_ack(const Call& call, const std::string& id, const Sending& sending,
                       channel::EmitRequest& events) {
  const auto now = host_.now_ms();
  const auto response = ask_for(call, true, sending.chat, id, false);
  const bool is_away = !response || response->status >= 500 || response->status == 401;
  if (is_away && now - sending.at_ms < kGiveUpAskingMs) return;

  Document document;
  const auto root = response ? document.parse(response->body) : Result<Value>(response.error());
  auto status = root && response->status == 200 ? read_status(*root, now, arrival(now))
                                                : std::optional<DeliveryStatus>();
  if (status && status->status != "failed") {
    ledger_.found(id);
  } else {
    status = DeliveryStatus{.message_id = id,
                            .status = "failed",
                            .recipient_id = address_of(sending.chat),
                            .reference = sending.reference,
                            .timestamp_ms = now,
                            .error_class = std::string(to_string(ErrorClass::retry)),
                            .error_code = "no_ack",
                            .error_text = "WhatsApp did not acknowledge it within " +
                                          std::to_string(config_.ack_timeout_s) + " s"};
    ledger_.missed(id);
    host_.count("unacknowledged");
  }
  events.statuses.push_back(*std::move(status));
}

/// Fills the address book, so that a guest who hides his number is known by it from the start.
void Waha::load_hidden_ids(const Call& call) {
  for (std::size_t page = 0; page < kMostPages; ++page) {
    const auto response =
        get(call,
            "/api/" + config_.session + "/lids?limit=" + std::to_string(kHiddenPage) +
                "&offset=" + std::to_string(page * kHiddenPage),
            kAskMs);
    Document document;
    const auto root = response ? document.parse(response->body) : Result<Value>(response.error());
    if (!root || response->status != 200) return;  // Not every engine has it.
    for (const Value row : *root) {
      const auto number = address_of(row["pn"].view());
      const auto hidden = address_of(row["lid"].view());
      if (number.starts_with('+') && hidden.ends_with("@lid")) book_.learn(number, hidden);
    }
    if (root->size() < kHiddenPage) return;
  }
}

// ---- Health.

Result<ChannelHealth> Waha::check_health(const Call& call) {
  const auto response = get(call, "/api/sessions/" + config_.session, kHealthMs);
  if (!response)
    return ChannelHealth{.state = "down", .detail = "WAHA: " + response.error().message};
  auto health = with_pulse(read_session(*response, config_.number), ledger_.pulse());
  const bool is_starting = session_status(*response) == "STARTING";
  const std::lock_guard lock(mutex_);
  if (!is_starting) {
    starting_since_ms_ = 0;
  } else if (starting_since_ms_ == 0) {
    starting_since_ms_ = host_.now_ms();
  } else if (host_.now_ms() - starting_since_ms_ >= kLongestStartMs) {
    health = {.state = "down",
              .detail = "STARTING: the session hangs while it connects",
              .restart_helps = true};
  }
  return health;
}

Result<ChannelHealth> Waha::restart(const Call& call) {
  const auto path = "/api/sessions/" + config_.session;
  const auto before = get(call, path, kHealthMs);
  if (!before) return before.error();
  const auto health = read_session(*before, config_.number);
  const auto status = session_status(*before);
  const bool needs_person = health.state == "down" && !health.restart_helps;
  if (needs_person) return health;  // A restart would only make a new QR code.

  const auto done =
      request(call,
              {.method = "POST",
               .url = config_.url + path + (status == "STOPPED" ? "/start" : "/restart"),
               .headers = {{"content-type", "application/json"}}},
              Key::with, "{}");
  if (!done) return done.error();
  if (done->status < 200 || done->status > 299) return to_error(*done);
  ledger_.forget_pulse();
  return check_health(call);
}

// ---- Files.

Result<Channel::FetchedMedia> Waha::fetch_media(const Call& call,
                                                const channel::FetchMediaRequest& wanted) {
  const auto fetch = [&](const std::string& url) -> Result<HttpResponse> {
    const auto place = place_of(url, config_.url, config_.s3_url);
    if (!place) return place.error();
    return request(call,
                   {.method = "GET", .url = place->url, .max_response_bytes = wanted.max_bytes},
                   place->needs_key ? Key::with : Key::without);
  };
  std::string mime_type = wanted.media.mime_type;
  auto file = wanted.media.url.empty() ? Result<HttpResponse>(HttpResponse{.status = 404})
                                       : fetch(wanted.media.url);
  const auto id = parse_message_id(wanted.media.reference);
  const bool is_gone = file && (file->status == 404 || file->status == 410 || file->status == 403);
  if (is_gone &&
      !id.chat.empty()) {  // WAHA keeps files for minutes; the message gives a fresh one.
    const auto response = ask_for(call, id.is_own, id.chat, id.bare, true);
    if (!response) return response.error();
    Document document;
    const auto root = document.parse(response->body);
    const Value media = root && response->status == 200 ? (*root)["media"] : Value();
    if (!media["mimetype"].view().empty()) mime_type = without_parameters(media["mimetype"].view());
    if (!media["url"].view().empty()) file = fetch(std::string(media["url"].view()));
  }
  if (!file) return file.error();
  if (file->status == 404 || file->status == 410)
    return Error{ErrorClass::permanent, "waha: it does not have the file any more"};
  if (file->status != 200) return to_error(*file);
  if (static_cast<std::int64_t>(file->body.size()) > wanted.max_bytes)
    return Error{ErrorClass::permanent, "waha: the file is larger than allowed"};
  if (const auto told = file->header("content-type"); told && mime_type.empty())
    mime_type = without_parameters(*told);
  return FetchedMedia{.head = {.mime_type = std::move(mime_type)}, .bytes = std::move(file->body)};
}

/// One message as WAHA has it.
Result<HttpResponse> Waha::ask_for(const Call& call, bool is_own, std::string_view chat,
                                   std::string_view id, bool with_media) {
  return get(call,
             "/api/" + config_.session + "/chats/" + url::percent_encoded(chat) + "/messages/" +
                 url::percent_encoded(full_message_id(is_own, chat, id)) +
                 "?downloadMedia=" + (with_media ? "true" : "false"),
             with_media ? 0 : kAskMs);
}

// ---- Lists. Source: https://waha.devlike.pro/docs/how-to/chats/

Result<channel::ListSinceReply> Waha::list_since(const Call& call,
                                                 const channel::ListSinceRequest& wanted) {
  const auto chats = chats_since(call, wanted.since_ms);
  if (!chats) return chats.error();
  channel::ListSinceReply reply;
  for (const auto& chat : *chats)
    if (const auto done = read_chat(call, chat, wanted.since_ms, reply); !done) return done.error();

  std::ranges::sort(reply.messages, [](const auto& a, const auto& b) {
    return place_in_list(a) < place_in_list(b);
  });
  if (!wanted.cursor.empty()) {
    const auto cursor = parse_cursor(wanted.cursor);
    std::erase_if(reply.messages, [&](const auto& message) {
      return place_in_list(message) <= std::tie(cursor.at_ms, cursor.id);
    });
    reply.statuses.clear();  // The first page had them.
  }
  const auto most =
      static_cast<std::size_t>(std::clamp<std::int64_t>(wanted.limit, 1, kMostListed));
  if (reply.messages.size() <= most) return reply;
  reply.messages.resize(most);
  const auto& last = reply.messages.back();
  reply.next_cursor = std::to_string(last.timestamp_ms) + "/" + last.id;
  return reply;
}

/// One page of a list.
Result<HttpResponse> Waha::get_list(const Call& call, const std::string& path) const {
  auto response = request(call,
                          {.method = "GET",
                           .url = config_.url + "/api/" + config_.session + "/chats/" + path,
                           .max_response_bytes = kListBytes},
                          Key::with);
  if (response && response->status != 200) return to_error(*response);
  if (!response) return response;
  if (const auto ours = check_is_wahas(*response); !ours) return ours.error();
  return response;
}

/// The chats whose last message is not older; newest first.
Result<std::vector<std::string>> Waha::chats_since(const Call& call, std::int64_t since_ms) {
  std::vector<std::string> chats;
  for (std::size_t page = 0; page < kMostPages; ++page) {
    const auto response = get_list(call, "overview" + page_query(page));
    if (!response) return response.error();
    Document document;
    const auto root = rows_of(document, *response);
    if (!root) return root.error();
    const auto before = chats.size();
    for (const Value row : *root) {
      const auto chat = normal_chat(row_id(row));
      const bool is_wanted =
          !chat.empty() && (config_.groups || parse_jid(chat).kind != JidKind::group);
      if (is_wanted && to_ms(row["lastMessage"]["timestamp"], 0) >= since_ms) chats.push_back(chat);
    }
    if (root->size() < kPage || chats.size() == before) break;
  }
  return chats;
}

Status Waha::read_chat(const Call& call, const std::string& chat, std::int64_t since_ms,
                       channel::ListSinceReply& reply) {
  for (std::size_t page = 0; page < kMostPages; ++page) {
    const auto response = get_list(
        call, url::percent_encoded(chat) + "/messages" + page_query(page) + since_query(since_ms));
    if (!response) return response.error();
    Document document;
    const auto root = rows_of(document, *response);
    if (!root) return root.error();
    bool is_past = false;
    for (const Value row : *root) {
      const auto at_ms = to_ms(row["timestamp"], 0);
      is_past = is_past || at_ms < since_ms;
      if (at_ms >= since_ms) read_row(row, at_ms, reply);
    }
    if (is_past || root->size() < kPage) break;
  }
  return Done{};
}

/// A guest's message, or what became of one of ours.
void Waha::read_row(Value row, std::int64_t at_ms, channel::ListSinceReply& reply) const {
  if (auto message = read_message(row, arrival(at_ms)))
    reply.messages.push_back(*std::move(message));
  else if (auto status = read_status(row, host_.now_ms(), arrival(at_ms)))
    reply.statuses.push_back(*std::move(status));
}

Result<channel::DeliveryStatusReply> Waha::delivery_status(
    const Call& call, const channel::DeliveryStatusRequest& wanted) {
  const auto known = book_.chat_of(wanted.recipient);
  const auto chat = known.empty() ? to_chat(wanted.recipient) : known;
  if (chat.empty())
    return Error{ErrorClass::permanent,
                 "waha: the recipient is neither a number, a hidden id nor a group"};
  const auto id = last_id_of(call, wanted);
  if (id.empty()) return find_by_text(call, wanted, chat);

  const auto response = ask_for(call, true, chat, id, false);
  if (!response) return response.error();
  if (response->status == 404) return channel::DeliveryStatusReply{.found = false};
  if (response->status != 200) return to_error(*response);
  Document document;
  const auto root = document.parse(response->body);
  if (!root) return Error{ErrorClass::config, "waha: " + root.error().message};
  return channel::DeliveryStatusReply{
      .found = true, .status = read_status(*root, host_.now_ms(), arrival(host_.now_ms()))};
}

/// The id of the last part, whose end is that of the whole; empty: only its words tell.
std::string Waha::last_id_of(const Call& call, const channel::DeliveryStatusRequest& wanted) {
  if (!wanted.message_id.empty()) return wanted.message_id;
  const auto texts = text::split(wanted.text, kMaxText).size();
  const auto known = ledger_.parts_of(wanted.reference);
  const auto last = std::max<std::size_t>(known == 0 ? texts : known, 1) - 1;
  if (auto id = ledger_.id_of(wanted.reference, last)) return *std::move(id);
  const auto ids = own_ids(call, wanted.reference);
  return last < ids.size() ? ids[last] : std::string();
}

/// Where the engine gives its own ids: what went to the guest since then, by its words. Parts that
/// are there without the last one are not sent again.
Result<channel::DeliveryStatusReply> Waha::find_by_text(
    const Call& call, const channel::DeliveryStatusRequest& wanted, const std::string& chat) {
  const auto response = get_list(call, url::percent_encoded(chat) + "/messages" + page_query(0) +
                                           since_query(wanted.since_ms) + "&filter.fromMe=true");
  if (!response) return response.error();
  Document document;
  const auto root = rows_of(document, *response);
  if (!root) return root.error();
  const auto texts = text::split(wanted.text, kMaxText);
  const auto rows = rows_saying(*root, texts, wanted.since_ms);
  if (rows.empty()) return channel::DeliveryStatusReply{.found = false};
  if (rows.size() == texts.size()) {
    channel::DeliveryStatusReply reply{
        .found = true, .status = read_status(rows.back(), host_.now_ms(), arrival(host_.now_ms()))};
    if (reply.status && reply.status->reference.empty()) reply.status->reference = wanted.reference;
    return reply;
  }
  const auto parts = std::max(ledger_.parts_of(wanted.reference), texts.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto part = parts - texts.size() + i;
    if (!ledger_.id_of(wanted.reference, part))
      ledger_.sent(std::string(parse_message_id(rows[i]["id"].view()).bare),
                   {.reference = wanted.reference,
                    .part = part,
                    .parts = parts,
                    .chat = chat,
                    .at_ms = host_.now_ms()});
  }
  return channel::DeliveryStatusReply{.found = false};
}

}  // namespace conserje::waha
