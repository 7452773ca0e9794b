#include "waha.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "conserje/config.hpp"
#include "conserje/url.hpp"
#include "errors.hpp"
#include "jid.hpp"
#include "media.hpp"

namespace conserje::waha {
namespace {

using channel::SendReply;
using channel::SendRequest;
using document::Document;
using document::Value;

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kLookUpMs = 10'000;
constexpr std::int64_t kCourtesyMs = 3'000;  // For what may as well not happen.
constexpr std::uint32_t kMostAttempts = 4;   // Against an engine's exceptions.
constexpr std::int64_t kRefusalPeriodMs = 60'000;
constexpr std::size_t kMostExceptions = 1'000;
constexpr std::string_view kOfferPrefix = "offer/";

/// The bytes of a text of hexadecimal digits; nullopt when it is none.
std::optional<std::string> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t at = 0; at < digits.size(); at += 2) {
    const auto byte = url::hex_byte(digits.substr(at, 2));
    if (!byte) return std::nullopt;
    bytes += *byte;
  }
  return bytes;
}

/// Replaces a handle by its secret.
Status resolve(const Host& host, const char* name, std::string& handle) {
  auto secret = host.secret(handle);
  if (!secret || secret->empty())
    return Error{ErrorClass::config, std::string("waha: ") + name + " is missing or empty"};
  handle = *std::move(secret);
  return Done{};
}

/// A question whose answer did not come changed nothing.
Error nothing_sent(Error error) {
  if (error.error_class == ErrorClass::deadline) error.error_class = ErrorClass::retry;
  return error;
}

Json to_json(const std::vector<Option>& options) {
  Json items = Json::array();
  for (const auto& [label, choice] : options)
    items.push_back({{"label", label}, {"id", choice.id}, {"title", choice.title}});
  return items;
}

std::vector<Option> to_stored_options(const Json& items) {
  std::vector<Option> options;
  if (!items.is_array()) return options;
  for (const auto& item : items)
    if (item.is_object())
      options.push_back({item.value("label", ""),
                         {.id = item.value("id", ""), .title = item.value("title", "")}});
  return options;
}

}  // namespace

Result<std::unique_ptr<Waha>> Waha::create(Host host, const Json& json) {
  auto config = decode_config<Config>(json);
  if (!config) return config.error();
  std::vector<std::pair<const char*, std::string*>> secrets = {{"api_key", &config->api_key},
                                                               {"hmac_key", &config->hmac_key}};
  for (auto& secret : config->previous_hmac_keys)
    secrets.emplace_back("previous_hmac_keys", &secret);
  for (const auto& [name, handle] : secrets)
    if (const auto done = resolve(host, name, *handle); !done) return done.error();
  return std::unique_ptr<Waha>(new Waha(host, *std::move(config)));
}

Waha::Waha(Host host, Config config)
    : host_(host), config_(std::move(config)), exceptions_(kMostExceptions) {}

// ---- What comes in.

Result<channel::WebhookEvents> Waha::handle_webhook(const Call&,
                                                    const WebhookDelivery& delivery) const {
  if (delivery.request.method != "POST")
    return channel::WebhookEvents{.answer = channel::HttpAnswer{.status = 405}};
  if (const auto ours = verify(delivery); !ours) return refuse(ours.error());
  auto reading = read_webhook(delivery.body, arrival(delivery.request.received_at_ms));
  if (!reading) return refuse(reading.error());
  learn(*reading);
  return std::move(reading->events);
}

// Source: https://waha.devlike.pro/docs/how-to/events/ (HMAC authentication)
Status Waha::verify(const WebhookDelivery& delivery) const {
  const auto header = delivery.header("x-webhook-hmac");
  if (!header)
    return Error{ErrorClass::auth,
                 "waha: one header X-Webhook-Hmac is needed; is the session's "
                 "config.webhooks[].hmac.key, or WHATSAPP_HOOK_HMAC_KEY, set in WAHA?"};
  const auto algorithm = delivery.header("x-webhook-hmac-algorithm");
  if (algorithm && *algorithm != "sha512")
    return Error{ErrorClass::auth, "waha: X-Webhook-Hmac-Algorithm is not sha512"};
  const auto signature = from_hex(*header);
  const auto is_by = [&](const std::string& key) {
    const auto digest = host_.hmac(Digest::sha512, key, delivery.body);
    return digest && signature && host_.equal(*digest, *signature);
  };
  if (is_by(config_.hmac_key) || std::ranges::any_of(config_.previous_hmac_keys, is_by))
    return Done{};
  return Error{ErrorClass::auth,
               "waha: X-Webhook-Hmac does not match the body; is hmac_key the key in WAHA?"};
}

/// Says why a delivery did not verify, which only an operator can mend: WAHA tries again for some
/// time, then the message is lost. Not more often than once a minute, since anybody may send one.
Error Waha::refuse(Error error) const {
  if (error.error_class != ErrorClass::auth) return error;
  const auto now = host_.now_ms();
  auto last = last_refusal_ms_.load();
  const bool is_news = last == 0 || now - last >= kRefusalPeriodMs;
  if (is_news && last_refusal_ms_.compare_exchange_strong(last, now))
    host_.warn("webhook refused", {{"session", config_.session}, {"error", error.message}});
  return error;
}

Arrival Waha::arrival(std::int64_t received_at_ms) const {
  return {.session = config_.session,
          .with_groups = config_.groups,
          .received_at_ms = received_at_ms,
          .max_age_ms = config_.max_age_h * kHour,
          .book = book_,
          .offers = offers_,
          .ledger = ledger_};
}

void Waha::learn(const Reading& reading) const {
  for (const auto& message : reading.events.messages) {
    for (const auto& alias : message.sender_aliases) book_.learn(message.sender_id, alias);
    const auto chat = message.metadata.find("chat");
    if (message.group_id.empty() && chat != message.metadata.end() && chat->is_string())
      book_.reached(message.sender_id, chat->get<std::string>());
  }
  for (const auto& status : reading.events.statuses)
    if (status.status != "failed") ledger_.heard(status.message_id);
  if (reading.engine.empty()) return;
  const std::lock_guard lock(mutex_);
  engine_ = reading.engine;
}

// ---- What goes out.

Result<SendReply> Waha::send(const Call& call, const SendRequest& request) {
  SendRequest without_file = request;
  without_file.media.reset();  // That is what send_media is for.
  return send_media(call, without_file, {});
}

Result<SendReply> Waha::send_media(const Call& call, const SendRequest& message,
                                   std::string_view file) {
  if (!message.account.empty() && message.account != config_.session)
    return Error{ErrorClass::config,
                 "waha: the account is another session than the configured one"};
  const auto chat = find_chat(call, message.recipient);
  if (!chat) return chat.error();
  const auto posts = to_posts(
      message,
      {.session = config_.session,
       .chat = chat->jid,
       .quoted =
           message.reply_to.empty() ? "" : full_message_id(false, chat->jid, message.reply_to),
       .with_polls = config_.choices == "poll",
       .ids = own_ids(call, message.reference)},
      file);
  if (!posts) return posts.error();
  if (config_.send_seen)
    (void)request(call,
                  {.method = "POST",
                   .url = config_.url + "/api/sendSeen",
                   .headers = {{"content-type", "application/json"}},
                   .timeout_ms = kCourtesyMs},
                  Key::with, Json({{"session", config_.session}, {"chatId", chat->jid}}).dump());

  SendReply reply{.recipient_alias = chat->alias};
  for (std::size_t part = 0; part < posts->size(); ++part) {
    const Sending sending{.reference = message.reference,
                          .part = part,
                          .parts = posts->size(),
                          .chat = chat->jid,
                          .at_ms = host_.now_ms()};
    auto id = post(call, (*posts)[part], sending);
    if (!id && posts->size() > 1) {
      Error error = id.error();
      error.message +=
          " (in part " + std::to_string(part + 1) + " of " + std::to_string(posts->size()) + ")";
      return error;
    }
    if (!id) return id.error();
    if (!id->empty()) reply.message_ids.push_back(*std::move(id));
  }
  offer(message, *posts, reply.message_ids);
  return reply;
}

/// Sends one part -> its bare id, empty where WAHA gave none.
Result<std::string> Waha::post(const Call& call, const Post& post, const Sending& sending) {
  if (!sending.reference.empty())
    if (auto id = ledger_.id_of(sending.reference, sending.part)) return *std::move(id);
  const auto response = request(call,
                                {.method = "POST",
                                 .url = config_.url + post.path,
                                 .headers = {{"content-type", "application/json"}}},
                                Key::with, post.body);
  if (!response) {
    Sending unsure = sending;
    unsure.is_sure = false;  // A status with this id may still come.
    if (!post.id.empty() && response.error().error_class == ErrorClass::deadline)
      ledger_.sent(post.id, unsure);
    return response.error();
  }
  auto id = read_accepted(*response, post.id);
  if (!id && id.error().error_class == ErrorClass::retry && response->status == 500 &&
      (call.attempt() >= kMostAttempts || is_repeated(*response, sending.reference)))
    return Error{ErrorClass::permanent,
                 "waha: HTTP 500 again: its engine does not take this message",
                 {},
                 id.error().vendor_code};
  if (!id) return id;
  if (!id->empty()) ledger_.sent(*id, sending);
  return id;
}

/// WAHA's engine said the same the last time.
bool Waha::is_repeated(const HttpResponse& response, const std::string& reference) {
  const auto text = exception_text(response);
  const std::lock_guard lock(mutex_);
  const auto* before = exceptions_.find(reference);
  const bool is_same = before != nullptr && !text.empty() && *before == text;
  exceptions_.put(reference, text);
  return is_same;
}

Result<Waha::Chat> Waha::find_chat(const Call& call, const std::string& recipient) {
  const auto jid = to_chat(recipient);
  if (jid.empty())
    return Error{ErrorClass::permanent,
                 "waha: the recipient is neither a number, a hidden id nor a group"};
  const auto kind = parse_jid(jid).kind;
  if (kind == JidKind::group) return Chat{.jid = jid};
  if (kind == JidKind::hidden) return look_up_hidden(call, recipient);
  if (auto known = book_.chat_of(recipient); !known.empty()) {
    const auto address = address_of(known);
    const bool is_other = parse_jid(known).kind == JidKind::number && address != recipient;
    return Chat{.jid = std::move(known), .alias = is_other ? address : ""};
  }
  return look_up_number(call, recipient);
}

/// Nobody wrote from there yet: some engines accept what never arrives. WhatsApp also knows some
/// numbers by another form than the dialled one.
Result<Waha::Chat> Waha::look_up_number(const Call& call, const std::string& recipient) {
  const auto digits = recipient.substr(1);
  const auto response =
      get(call, "/api/contacts/check-exists?phone=" + digits + "&session=" + config_.session,
          kLookUpMs);
  if (!response) return nothing_sent(response.error());
  if (response->status == 429) return to_error(*response);
  Document document;
  const auto root = document.parse(response->body);
  Chat chat{.jid = digits + "@c.us"};
  if (response->status != 200 || !root) return chat;  // Let the sending say what is wrong.
  const Value exists = (*root)["numberExists"];
  if (exists && !exists.flag())
    return Error{ErrorClass::permanent, "waha: the number is not on WhatsApp"};
  if (const auto known = normal_chat((*root)["chatId"].view()); !known.empty()) chat.jid = known;
  book_.reached(recipient, chat.jid);
  if (const auto address = address_of(chat.jid); address != recipient && address.starts_with('+'))
    chat.alias = address;
  return chat;
}

/// Sending to a hidden id works; whose number it is, is worth a question.
Result<Waha::Chat> Waha::look_up_hidden(const Call& call, const std::string& recipient) {
  if (auto number = book_.number_of(recipient); !number.empty())
    return Chat{.jid = recipient, .alias = std::move(number)};
  Chat chat{.jid = recipient};
  const auto response =
      get(call, "/api/" + config_.session + "/lids/" + url::percent_encoded(recipient), kLookUpMs);
  if (!response) return nothing_sent(response.error());
  if (response->status == 429) return to_error(*response);
  Document document;
  const auto root = document.parse(response->body);
  if (response->status == 200 && root) chat.alias = address_of((*root)["pn"].view());
  if (!chat.alias.empty()) book_.learn(chat.alias, recipient);
  return chat;
}

/// Asked once; later each webhook tells it.
std::string Waha::engine(const Call& call) {
  {
    const std::lock_guard lock(mutex_);
    if (!engine_.empty()) return engine_;
  }
  const auto response = get(call, "/api/server/version", kLookUpMs);
  Document document;
  const auto root = response ? document.parse(response->body) : Result<Value>(response.error());
  if (!root || response->status != 200) return {};
  const std::lock_guard lock(mutex_);
  engine_ = (*root)["engine"].text();
  return engine_;
}

/// NOWEB and GOWS know a message by the id that we give it, so sending it twice is sending it once.
std::vector<std::string> Waha::own_ids(const Call& call, std::string_view reference) {
  const std::string_view key = call.idempotency_key().empty() ? reference : call.idempotency_key();
  std::vector<std::string> ids;
  if (key.empty()) return ids;
  if (const auto name = engine(call); name != "NOWEB" && name != "GOWS") return ids;
  for (std::size_t part = 0; part < kMaxParts; ++part) {
    const auto digest = host_.digest(Digest::sha256, std::string(key) + "/" + std::to_string(part));
    if (!digest) return {};
    ids.push_back(message_id_from(*digest));
  }
  return ids;
}

/// What the guest may now choose from. Kept, so that a restart between question and answer is not
/// noticed.
void Waha::offer(const SendRequest& request, const std::vector<Post>& posts,
                 const std::vector<std::string>& ids) {
  const bool is_poll = !posts.empty() && !posts.back().options.empty();
  auto options = to_options(request.buttons);
  const auto key = std::string(kOfferPrefix) + request.recipient;
  if (is_poll && !ids.empty()) {
    (void)host_.kv_put(std::string(kOfferPrefix) + ids.back(), to_json(options).dump());
    offers_.put_poll(ids.back(), std::move(options));
    return;
  }
  const bool had = offers_.has_lines(request.recipient);
  if (!options.empty())
    (void)host_.kv_put(key, to_json(options).dump());
  else if (had)
    (void)host_.kv_remove(key);
  offers_.put_lines(request.recipient, std::move(options));
}

void Waha::restore_offers() {
  const auto keys = host_.kv_list(kOfferPrefix);
  if (!keys) return;
  std::size_t restored = 0;
  for (const auto& key : *keys) {
    const auto entry = host_.kv_get(key);
    const auto json = entry && *entry ? parse_json((*entry)->value) : Result<Json>(Json());
    if (++restored > kMostOffers || !json || !json->is_array()) {
      (void)host_.kv_remove(key);
      continue;
    }
    const auto name = key.substr(kOfferPrefix.size());
    if (to_chat(name).empty())
      offers_.put_poll(name, to_stored_options(*json));
    else
      offers_.put_lines(name, to_stored_options(*json));
  }
}

channel::Capabilities Waha::capabilities() const {
  return {.max_text = kMaxText,
          .max_buttons = kMaxOptions,
          .max_list = kMaxOptions,
          .audio = true,
          .media = true,
          .location = true,
          .max_media_bytes = kMaxFile,
          .statuses = true};
}

// ---- HTTP.

Result<HttpResponse> Waha::get(const Call& call, std::string path, std::int64_t timeout_ms) const {
  return request(call,
                 {.method = "GET", .url = config_.url + std::move(path), .timeout_ms = timeout_ms},
                 Key::with);
}

Result<HttpResponse> Waha::request(const Call& call, http::HttpCall head, Key key,
                                   std::string_view body) const {
  if (key == Key::with) head.headers.push_back({"x-api-key", config_.api_key});
  return host_.http(call, head, body);
}

}  // namespace conserje::waha
