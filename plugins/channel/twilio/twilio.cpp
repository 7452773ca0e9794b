#include "twilio.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "address.hpp"
#include "conserje/config.hpp"
#include "conserje/text.hpp"
#include "conserje/time.hpp"
#include "inbound.hpp"
#include "media.hpp"
#include "send.hpp"
#include "signature.hpp"

namespace conserje::twilio {
namespace {

constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
constexpr std::string_view kEmptyTwiml = "<Response/>";  // Any other text would go to the guest.
constexpr std::size_t kSignatureSize = 28;               // 20 bytes in base64.
constexpr std::int64_t kRefusalLogEvery = 60'000;        // ms
constexpr std::size_t kLongestLogged = 100;
constexpr std::int64_t kSecond = 1000;     // ms; Twilio's lists know no parts of it.
constexpr std::int64_t kDay = 86'400'000;  // ms
constexpr std::int64_t kMostDays = 31;     // Back, of a list.
constexpr std::int64_t kSendersBytes = 8 * 1024 * 1024;
constexpr std::chrono::seconds kMediaWaits[] = {std::chrono::seconds(1), std::chrono::seconds(3)};

std::string date_of(std::int64_t day) {
  return format_date(Date(std::chrono::sys_days(std::chrono::days(day))));
}

/// Where a list goes on: the day, and on it the message after which; "20671/SM...".
struct Cursor {
  std::int64_t day = 0;
  std::string_view after{};
};

std::optional<Cursor> parse_cursor(std::string_view text) {
  Cursor cursor;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cursor.day);
  if (error != std::errc() || end == text.data() + text.size() || *end != '/') return std::nullopt;
  cursor.after = text.substr(static_cast<std::size_t>(end - text.data()) + 1);
  return cursor;
}

std::string to_text(const Cursor& cursor) {
  return (std::to_string(cursor.day) + "/").append(cursor.after);
}

bool is_sid(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, url::is_alphanumeric);
}

/// The type alone, in lower case.
bool is_form(std::string_view content_type) {
  const auto type = text::trimmed(content_type.substr(0, content_type.find(';')));
  return std::ranges::equal(type, kFormType, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

/// The bytes that hexadecimal digits stand for; empty when they are none.
std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (; digits.size() >= 2; digits.remove_prefix(2)) {
    const auto byte = url::hex_byte(digits.substr(0, 2));
    if (!byte) return {};
    bytes += *byte;
  }
  return digits.empty() ? bytes : std::string();
}

/// Replaces a handle by its secret.
Status resolve(const Host& host, const char* name, std::string& handle) {
  auto secret = host.secret(handle);
  if (!secret || secret->empty())
    return Error{ErrorClass::config, std::string("twilio: ") + name + " is missing or empty"};
  handle = *std::move(secret);
  return Done{};
}

/// `error` of a send that takes `parts` messages, `sent` of which are on their way.
Error in_part(Error error, std::size_t sent, std::size_t parts) {
  if (parts > 1)
    error.message += " (in part " + std::to_string(sent + 1) + " of " + std::to_string(parts) + ")";
  return error;
}

}  // namespace

Result<std::unique_ptr<Twilio>> Twilio::create(Host host, const Json& json) {
  auto config = decode_config<Config>(json);
  if (!config) return config.error();
  if (config->api_key_sid.empty() != config->api_key_secret.empty())
    return Error{ErrorClass::config,
                 "twilio: api_key_sid and api_key_secret belong together; one of them is missing"};
  std::vector<std::pair<const char*, std::string*>> secrets = {{"auth_token", &config->auth_token}};
  if (!config->api_key_secret.empty())
    secrets.emplace_back("api_key_secret", &config->api_key_secret);
  for (auto& token : config->previous_auth_tokens)
    secrets.emplace_back("previous_auth_tokens", &token);
  for (const auto& [name, handle] : secrets)
    if (const auto done = resolve(host, name, *handle); !done) return done.error();
  return std::unique_ptr<Twilio>(new Twilio(host, *std::move(config)));
}

Twilio::Twilio(Host host, Config config)
    : host_(host),
      config_(std::move(config)),
      api_(host_, config_),
      pace_(config_.rate()),
      progress_(host_) {}

Status Twilio::start(const Call&) {
  progress_.forget_old();
  return Done{};
}

// ---- Webhooks.

// Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
Result<channel::WebhookEvents> Twilio::handle_webhook(const Call&,
                                                      const WebhookDelivery& delivery) const {
  const auto& request = delivery.request;
  const bool is_get = request.method == "GET";
  if (!is_get && request.method != "POST")
    return channel::WebhookEvents{.answer = channel::HttpAnswer{.status = 405}};

  const bool has_form = !is_get && is_form(delivery.header("content-type").value_or(""));
  const auto fields = is_get     ? url::parse_form(request.query)
                      : has_form ? url::parse_form(delivery.body)
                                 : url::Fields();
  if (const auto verified = verify(delivery, fields, has_form); !verified) return verified.error();

  // Other products post JSON; nothing in it is a guest's message.
  auto events = is_get || has_form
                    ? read_webhook(fields, request.query, config_, request.received_at_ms)
                    : channel::WebhookEvents{.ignored = 1};
  events.answer = channel::HttpAnswer{
      .status = 200, .content_type = "text/xml", .body = std::string(kEmptyTwiml)};
  return events;
}

Status Twilio::verify(const WebhookDelivery& delivery, const url::Fields& fields,
                      bool is_form) const {
  const auto& request = delivery.request;
  auto url = config_.webhook_url;
  if (url.empty())
    url = request.public_url;
  else if (!request.query.empty())
    url += "?" + request.query;
  if (url.empty())
    return Error{ErrorClass::config,
                 "twilio: signatures cover the URL that Twilio called, and it is not known; set "
                 "public_url in the pipeline, or webhook_url in the settings of this entry"};

  const auto signature = delivery.header("x-twilio-signature");
  if (!signature)
    return refusal(delivery, url, "the header X-Twilio-Signature is missing or there twice",
                   fields);
  if (signature->size() != kSignatureSize)
    return refusal(delivery, url, "the header X-Twilio-Signature is no signature", fields);

  const auto parameters = url::parse_form(request.query);
  const auto hash = url::value_of(parameters, "bodySHA256");
  if (!hash.empty()) {
    const auto digest = host_.digest(Digest::sha256, delivery.body);
    if (!digest || !host_.equal(*digest, from_hex(hash)))
      return refusal(delivery, url, "the body is not the one of bodySHA256", fields);
  } else if (!is_form && request.method == "POST") {
    return refusal(delivery, url, "the body is no form, and there is no bodySHA256", fields);
  }
  const bool signs_parameters = is_form && hash.empty();
  if (is_signed(delivery, url, *signature, signs_parameters ? signed_parameters(fields) : ""))
    return Done{};
  return refusal(delivery, url, "the signature does not match", fields);
}

bool Twilio::is_signed(const WebhookDelivery& delivery, std::string_view url,
                       std::string_view signature, std::string_view parameters) const {
  const auto is_by = [&](const std::string& token, const std::string& called) {
    const auto digest = host_.hmac(Digest::sha1, token, called + std::string(parameters));
    return digest && host_.equal(base64(*digest), signature);
  };
  auto urls = signed_urls(url);
  constexpr std::string_view kBasic = "Basic ";
  const auto authorization = delivery.header("authorization").value_or("");
  if (authorization.starts_with(kBasic))
    if (const auto user = base64_decoded(authorization.substr(kBasic.size())))
      for (std::size_t i = 0, count = urls.size(); i < count; ++i)
        urls.push_back(with_user(urls[i], *user));
  return std::ranges::any_of(urls, [&](const std::string& called) {
    return is_by(config_.auth_token, called) ||
           std::ranges::any_of(config_.previous_auth_tokens,
                               [&](const auto& token) { return is_by(token, called); });
  });
}

/// A refused webhook is lost, because Twilio does not repeat it; so the log says what was checked.
/// Once a minute: whoever likes may send us what is not signed.
Error Twilio::refusal(const WebhookDelivery& delivery, std::string_view url,
                      std::string_view reason, const url::Fields& fields) const {
  auto last = refusal_logged_ms_.load();
  const auto now = delivery.request.received_at_ms;
  const bool is_due = now - last >= kRefusalLogEvery || now < last;
  if (is_due && refusal_logged_ms_.compare_exchange_strong(last, now)) {
    const auto header = [&](std::string_view name) {
      return text::cut(delivery.header(name).value_or(""), kLongestLogged);
    };
    const auto account = url::value_of(fields, "AccountSid");
    host_.warn("webhook refused: Twilio will not repeat it",
               {{"reason", reason},
                {"signed_against", shown(url)},
                {"host_header", header("host")},
                {"forwarded_proto", header("x-forwarded-proto")},
                {"account", account.empty()                  ? "not said"
                            : account == config_.account_sid ? "ours"
                                                             : "another one, with another token"},
                {"refused_since_last_line", refusals_unlogged_.exchange(0)}});
  } else {
    ++refusals_unlogged_;
  }
  return {ErrorClass::auth, "twilio: " + std::string(reason)};
}

// ---- Sending.

Result<channel::SendReply> Twilio::send(const Call& call, const channel::SendRequest& message) {
  const auto forms = to_forms(message, config_);
  if (!forms) return forms.error();
  if (const auto wait = pace_.wait(message.reference, forms->size(), host_.monotonic_ns()))
    return Error{ErrorClass::retry, "twilio: more than messages_per_second", *wait};

  auto ids = begin_parts(message.reference, forms->size());
  for (std::size_t part = 0; part < forms->size(); ++part) {
    if (!ids[part].empty()) continue;  // An earlier try sent it.
    const auto id = api_.post(call, (*forms)[part]);
    if (id) {
      ids[part] = *id;
      keep_parts(message.reference, part, ids);
      continue;
    }
    const auto verdict = judge(id.error().vendor_code, api_.occasion(call));
    if (verdict && verdict->needs_template && part == 0)
      return channel::SendReply{.needs_template = true};
    return in_part(id.error(), part, forms->size());
  }
  return channel::SendReply{.message_ids = std::move(ids)};
}

/// The ids of the parts as far as they went before. Twilio has no idempotency key, so how many
/// there are is kept before the first one goes: then its list of messages can be compared with
/// them.
Progress::Ids Twilio::begin_parts(const std::string& reference, std::size_t parts) const {
  const bool is_kept = parts > 1 && !reference.empty();
  auto ids = is_kept ? progress_.ids_of(reference) : Progress::Ids();
  if (ids.size() == parts) return ids;
  ids.assign(parts, "");
  if (is_kept) progress_.keep(reference, ids);
  return ids;
}

void Twilio::keep_parts(const std::string& reference, std::size_t part,
                        const Progress::Ids& ids) const {
  if (ids.size() == 1 || reference.empty()) return;
  if (part + 1 == ids.size())
    progress_.forget(reference);
  else
    progress_.keep(reference, ids);
}

Result<channel::SendReply> Twilio::send_media(const Call& call, const channel::SendRequest& message,
                                              std::string_view) {
  return send(call, message);
}

channel::Capabilities Twilio::capabilities() const {
  const auto most = [&](std::string_view kind) {
    std::int64_t options = 0;
    for (const auto& content : config_.choices)
      if (content.kind == kind) options = std::max(options, content.options);
    return config_.is_whatsapp() ? options : 0;
  };
  constexpr std::int64_t kMegabyte = 1024 * 1024;
  const bool carries_media = config_.is_whatsapp() || config_.mms;
  return {.max_text = kMaxText,
          .max_buttons = most("buttons"),
          .max_list = most("list"),
          .media = carries_media,
          .location = config_.is_whatsapp(),
          .window_hours = config_.is_whatsapp() ? 24 : 0,
          .max_media_bytes = config_.is_whatsapp() ? 16 * kMegabyte
                             : config_.mms         ? 5 * kMegabyte
                                                   : 0,
          .statuses = !config_.webhook_url.empty()};
}

// ---- Asking.

Result<channel::ListSinceReply> Twilio::list_since(const Call& call,
                                                   const channel::ListSinceRequest& request) {
  const auto today = host_.now_ms() / kDay;
  auto at = request.cursor.empty() ? Cursor{.day = request.since_ms / kDay}
                                   : parse_cursor(request.cursor);
  if (!at) return Error{ErrorClass::permanent, "twilio: the cursor is not one of this list"};
  channel::ListSinceReply reply;
  for (at->day = std::max(at->day, today - kMostDays); at->day <= today; at = Cursor{at->day + 1}) {
    if (const auto added = add_day(call, at->day, at->after, request, reply); !added)
      return added.error();
    if (!reply.next_cursor.empty()) break;
  }
  return reply;
}

/// What came and went on one day; sets next_cursor when the limit is reached before its end.
Status Twilio::add_day(const Call& call, std::int64_t day, std::string_view after,
                       const channel::ListSinceRequest& request,
                       channel::ListSinceReply& reply) const {
  const auto on_this_day = [&](const char* direction) {
    return api_.list(
        call, {{direction, config_.sender}, {"DateSent", date_of(day)}, {"PageSize", "500"}}, 0);
  };
  const auto since = request.since_ms / kSecond * kSecond;
  auto inbound = on_this_day("To");
  if (!inbound) return inbound.error();
  std::ranges::reverse(*inbound);
  auto from = std::ranges::find(*inbound, after, &Message::sid);
  from = from == inbound->end() ? inbound->begin() : from + 1;
  for (const auto& message : std::span(from, inbound->end())) {
    if (!message.is_inbound() || message.sent_ms < since) continue;
    if (std::ssize(reply.messages) >= request.limit) {
      const auto& last = reply.messages.empty() ? std::string() : reply.messages.back().id;
      const auto is_of_day = std::ranges::find(*inbound, last, &Message::sid) != inbound->end();
      reply.next_cursor = to_text({day, is_of_day ? last : after});
      return Done{};
    }
    const auto files = api_.files_of(call, message);
    if (!files) return files.error();
    reply.messages.push_back(to_unified(message, *files, config_));
  }
  const auto outbound = on_this_day("From");
  if (!outbound) return outbound.error();
  for (const auto& message : *outbound)
    if (auto status = to_status(message); status && message.sent_ms >= since)
      reply.statuses.push_back(*std::move(status));
  return Done{};
}

Result<channel::DeliveryStatusReply> Twilio::delivery_status(
    const Call& call, const channel::DeliveryStatusRequest& request) {
  if (is_sid(request.message_id)) {
    const auto message =
        api_.document<Message>(call, api_.account_url("/Messages/" + request.message_id + ".json"));
    if (message) return status_of(*message);
    const bool is_gone = message.error().vendor_code == "20404";
    if (is_gone) return channel::DeliveryStatusReply{};
    return message.error();
  }
  // Without a date: what is queued has none yet, and must be found above all.
  const auto listed = api_.list(
      call,
      {{"To", with_channel(channel_of(config_.sender), request.recipient)}, {"PageSize", "50"}},
      request.since_ms);
  if (!listed) return listed.error();
  auto reply = find_sent(request, *listed);
  if (!reply.found) learn_parts(request.reference, find_parts(request, *listed));
  return reply;
}

/// Some parts of a message are in Twilio's list: they do not go again. What stands before the text,
/// such as a place, went before it.
void Twilio::learn_parts(const std::string& reference,
                         const std::vector<const Message*>& parts) const {
  auto ids = reference.empty() ? Progress::Ids() : progress_.ids_of(reference);
  if (ids.size() < parts.size()) return;
  const auto ahead = ids.size() - parts.size();
  for (std::size_t i = 0; i < parts.size() && parts[i] != nullptr; ++i)
    for (std::size_t part = i == 0 ? 0 : ahead + i; part <= ahead + i; ++part)
      if (ids[part].empty()) ids[part] = parts[i]->sid;
  progress_.keep(reference, ids);
}

Result<channel::ChannelHealth> Twilio::check_health(const Call& call) {
  const auto down = [](const Error& error) {
    return channel::ChannelHealth{.state = "down", .detail = error.message};
  };
  const auto account = api_.get(call, api_.account_url(".json"));
  if (!account) return down(account.error());
  if (!config_.is_whatsapp() || account->status != 200)
    return read_health(*account, nullptr, config_);
  const auto senders = api_.get(
      call, config_.messaging_url + "/v2/Channels/Senders?Channel=whatsapp", kSendersBytes);
  if (!senders) return down(senders.error());
  return read_health(*account, &*senders, config_);
}

// ---- Files.

Result<Channel::FetchedMedia> Twilio::fetch_media(const Call& call,
                                                  const channel::FetchMediaRequest& request) {
  const auto url = media_url(request, config_);
  if (!url) return url.error();
  auto response = api_.file(call, *url, request.max_bytes);
  if (!response) return response.error();
  if (response->status == 404 && call.attempt() <= std::size(kMediaWaits))
    return Error{ErrorClass::retry, "twilio: the file is not there yet",
                 kMediaWaits[std::max(call.attempt(), 1U) - 1]};
  if (response->status == 404 || response->status == 410)
    return Error{ErrorClass::permanent, "twilio: the file is not there any more"};
  if (response->status != 200) return to_error(*response, api_.occasion(call));
  const auto type = response->header("content-type").value_or("");
  return FetchedMedia{.head = {.mime_type = std::string(type.substr(0, type.find(';')))},
                      .bytes = std::move(response->body)};
}

}  // namespace conserje::twilio
