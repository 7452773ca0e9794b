#include "whatsapp.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "../common/hex.hpp"
#include "address.hpp"
#include "conserje/config.hpp"
#include "conserje/url.hpp"
#include "errors.hpp"
#include "inbound.hpp"
#include "send.hpp"

namespace conserje::whatsapp {
namespace {

constexpr std::string_view kSignaturePrefix = "sha256=";
constexpr std::size_t kLongestChallenge = 256;
constexpr std::size_t kMostGuests = 10'000;  // Whose last message is remembered.
constexpr std::size_t kMostUploads = 1'000;
constexpr std::int64_t kWindowHours = 24;
constexpr std::int64_t kReceiptMs = 3'000;        // For what may as well not happen.
constexpr std::int64_t kDay = 86'400'000;         // ms
constexpr std::int64_t kUploadLives = 29 * kDay;  // At Meta a day more.

/// What may be sent back to whoever asks.
bool is_challenge(std::string_view text) {
  return !text.empty() && text.size() <= kLongestChallenge && std::ranges::all_of(text, [](char c) {
    return url::is_alphanumeric(c) || c == '_' || c == '-';
  });
}

/// The 32 bytes of "sha256=<64 hexadecimal digits>".
std::optional<std::array<char, 32>> parse_signature(std::string_view header) {
  std::array<char, 32> digest{};
  if (!header.starts_with(kSignaturePrefix) ||
      header.size() != kSignaturePrefix.size() + 2 * digest.size())
    return std::nullopt;
  header.remove_prefix(kSignaturePrefix.size());
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto byte = url::hex_byte(header.substr(2 * i, 2));
    if (!byte) return std::nullopt;
    digest[i] = *byte;
  }
  return digest;
}

/// Replaces a handle by its secret.
Status resolve(const Host& host, const char* name, std::string& handle) {
  auto secret = host.secret(handle);
  if (!secret || secret->empty())
    return Error{ErrorClass::config, std::string("whatsapp: ") + name + " is missing or empty"};
  handle = *std::move(secret);
  return Done{};
}

/// `error` of a send that takes `parts` messages, `sent` of which are on their way.
Error in_part(Error error, std::size_t sent, std::size_t parts) {
  if (parts > 1)
    error.message += " (in part " + std::to_string(sent + 1) + " of " + std::to_string(parts) + ")";
  return error;
}

/// The file may be the reason: an id that Meta does not know, or a file that it cannot read.
bool is_about_media(const Error& error) {
  constexpr std::string_view kCodes[] = {"100", "131009", "131052", "131053"};
  return std::ranges::find(kCodes, error.vendor_code) != std::end(kCodes);
}

}  // namespace

Result<std::unique_ptr<WhatsApp>> WhatsApp::create(Host host, const Json& json) {
  auto config = decode_config<Config>(json);
  if (!config) return config.error();
  std::vector<std::pair<const char*, std::string*>> secrets = {
      {"access_token", &config->access_token},
      {"app_secret", &config->app_secret},
      {"verify_token", &config->verify_token}};
  for (auto& secret : config->previous_app_secrets)
    secrets.emplace_back("previous_app_secrets", &secret);
  for (const auto& [name, handle] : secrets)
    if (const auto done = resolve(host, name, *handle); !done) return done.error();
  return std::unique_ptr<WhatsApp>(new WhatsApp(host, *std::move(config)));
}

WhatsApp::WhatsApp(Host host, Config config)
    : host_(host),
      config_(std::move(config)),
      origins_(config_.media_hosts),
      progress_(host_),
      unread_(kMostGuests),
      uploads_(kMostUploads) {
  origins_.push_back(config_.api_url);
}

Status WhatsApp::start(const Call&) {
  progress_.forget_old();
  return Done{};
}

// ---- What comes in.

// Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
Result<channel::WebhookEvents> WhatsApp::handle_webhook(const Call&,
                                                        const WebhookDelivery& delivery) const {
  if (delivery.request.method == "GET")
    return channel::WebhookEvents{.answer = answer_handshake(delivery.request.query)};
  if (delivery.request.method != "POST")
    return channel::WebhookEvents{.answer = channel::HttpAnswer{.status = 405}};

  if (!is_signed(delivery))
    return Error{ErrorClass::auth, "whatsapp: the signature does not match"};
  auto events = read_webhook(delivery.body, {.phone_number_id = config_.phone_number_id,
                                             .received_at_ms = delivery.request.received_at_ms});
  if (events) learn(*events);
  return events;
}

/// Statuses are the one proof of what went out. Those of a part that is not the last one end here,
/// unless it failed: then the message as a whole did not arrive.
void WhatsApp::learn(channel::WebhookEvents& events) const {
  ledger_.heard();
  std::erase_if(events.statuses, [&](channel::DeliveryStatus& status) {
    const auto data = read_callback_data(status.reference);
    ledger_.heard(status, data);
    status.reference = data.reference;
    const bool is_of_part = data.number && status.status != "failed";
    if (is_of_part) ++events.ignored;
    return is_of_part;
  });
  if (config_.read_receipts == "off") return;
  const std::lock_guard lock(mutex_);
  for (const auto& message : events.messages)
    if (message.type != "echo" && message.group_id.empty())
      unread_.put(message.sender_id, message.id);
}

channel::HttpAnswer WhatsApp::answer_handshake(std::string_view query) const {
  const auto fields = url::parse_form(query);
  const std::string challenge(url::value_of(fields, "hub.challenge"));
  const bool is_ours = url::value_of(fields, "hub.mode") == "subscribe" &&
                       host_.equal(url::value_of(fields, "hub.verify_token"), config_.verify_token);
  if (!is_ours || !is_challenge(challenge)) return {.status = 403};
  return {.status = 200, .content_type = "text/plain", .body = challenge};
}

bool WhatsApp::is_signed(const WebhookDelivery& delivery) const {
  const auto header = delivery.header("x-hub-signature-256");
  const auto signature = parse_signature(header.value_or(""));
  if (!signature) return false;
  const auto is_by = [&](const std::string& secret) {
    const auto digest = host_.hmac(Digest::sha256, secret, delivery.body);
    return digest && host_.equal(*digest, {signature->data(), signature->size()});
  };
  return is_by(config_.app_secret) || std::ranges::any_of(config_.previous_app_secrets, is_by);
}

// ---- What goes out.

Result<channel::SendReply> WhatsApp::send(const Call& call, const channel::SendRequest& message) {
  return dispatch(call, message, nullptr);
}

Result<channel::SendReply> WhatsApp::send_media(const Call& call,
                                                const channel::SendRequest& message,
                                                std::string_view file) {
  if (!message.media) return send(call, message);
  const auto form = form_of(*message.media, file);
  if (!form) return form.error();
  const Attachment linked{.form = *form, .link = message.media->url};
  if (file.empty()) return dispatch(call, message, &linked);

  const auto account = account_of(message);
  if (!account) return account.error();
  if (const auto right = to_messages(message, &linked, shape_of(message)); !right)
    return right.error();
  const auto uploaded = upload(call, *account, *form, file);
  if (!uploaded) return uploaded.error();
  const Attachment attachment{.form = *form, .id = uploaded->id};
  auto sent = dispatch(call, message, &attachment);
  if (sent || !uploaded->is_from_before || !is_about_media(sent.error())) return sent;
  Error error = sent.error();  // Perhaps Meta has it no longer.
  error.error_class = ErrorClass::retry;
  const std::lock_guard lock(mutex_);
  uploads_.erase(uploaded->key);
  return error;
}

Result<channel::SendReply> WhatsApp::dispatch(const Call& call, const channel::SendRequest& message,
                                              const Attachment* file) {
  const auto account = account_of(message);
  if (!account) return account.error();
  const auto bodies = to_messages(message, file, shape_of(message));
  if (!bodies) return bodies.error();
  if (bodies->size() > 1) restore_progress(message.reference);
  mark_read(call, *account, message.recipient);

  channel::SendReply reply;
  for (std::size_t number = 0; number < bodies->size(); ++number) {
    const Part part{.reference = message.reference, .number = number};
    const auto accepted = send_part(call, *account, message, part, *bodies);
    if (!accepted && number == 0 && hint_of(accepted.error().vendor_code).needs_template)
      return channel::SendReply{.needs_template = true};
    if (!accepted) return in_part(accepted.error(), number, bodies->size());
    reply.message_ids.push_back(accepted->message_id);
    const bool has_other =
        !accepted->address.empty() && accepted->address != to_e164(message.recipient);
    if (has_other) reply.recipient_alias = accepted->address;
  }
  return reply;
}

/// Sends one part, unless it went out before.
Result<Accepted> WhatsApp::send_part(const Call& call, const std::string& account,
                                     const channel::SendRequest& message, const Part& part,
                                     const std::vector<std::string>& bodies) {
  if (auto id = ledger_.id_of(part, bodies.size())) return Accepted{.message_id = *std::move(id)};
  auto accepted = post(call, account, message, bodies[part.number]);
  if (!accepted) return accepted;
  ledger_.accepted(part, accepted->message_id, host_.now_ms());
  keep_progress(part, bodies.size(), accepted->message_id);
  return accepted;
}

/// Sends one message, unless a limit of Meta's still holds.
Result<Accepted> WhatsApp::post(const Call& call, const std::string& account,
                                const channel::SendRequest& message, const std::string& body) {
  if (const auto wait = pauses_.wait(message.recipient, host_.monotonic_ns()))
    return Error{ErrorClass::retry, "whatsapp: Meta's limit of before still holds", *wait};
  const auto response = request(call, "POST", "/" + account + "/messages", body);
  if (!response) return response.error();
  const auto accepted = read_accepted(*response, call.attempt());
  if (accepted) return accepted;
  const auto& error = accepted.error();
  const auto hint = hint_of(error.vendor_code);
  if (error.retry_after)
    pauses_.refused(hint.limit, message.recipient, *error.retry_after, host_.monotonic_ns());
  if (hint.needs_person)
    host_.error("Meta limits our number for the quality of its messages; see WhatsApp Manager",
                {{"code", error.vendor_code}});
  return accepted;
}

/// What the guest wrote last was read; nobody is the worse off when it cannot be said.
void WhatsApp::mark_read(const Call& call, const std::string& account, const std::string& guest) {
  std::string id;
  {
    const std::lock_guard lock(mutex_);
    const auto* unread = unread_.find(guest);
    if (unread == nullptr) return;
    id = *unread;
    unread_.erase(guest);
  }
  (void)exchange(call,
                 {.method = "POST",
                  .url = config_.api_url + "/" + account + "/messages",
                  .timeout_ms = kReceiptMs},
                 to_read_receipt(id, config_.read_receipts == "typing"));
}

// ---- Messages of several parts: how far they went outlives a restart of the host.

void WhatsApp::restore_progress(const std::string& reference) {
  if (reference.empty()) return;
  Part part{.reference = reference};
  for (const auto& id : progress_.ids_of(reference)) {
    ledger_.restore(part, id);
    ++part.number;
  }
}

void WhatsApp::keep_progress(const Part& part, std::size_t parts, const std::string& message_id) {
  if (parts == 1 || part.reference.empty()) return;
  if (part.number + 1 == parts) return progress_.forget(part.reference);
  Progress::Ids ids;
  for (std::size_t number = 0; number < part.number; ++number)
    ids.push_back(
        ledger_.id_of({.reference = part.reference, .number = number}, parts).value_or(""));
  ids.push_back(message_id);
  progress_.keep(part.reference, ids);
}

// ---- Uploads.

Result<WhatsApp::Uploaded> WhatsApp::upload(const Call& call, const std::string& account,
                                            const FileForm& form, std::string_view file) {
  const auto digest = host_.digest(Digest::sha256, file);
  if (!digest) return digest.error();
  const auto key = account + "/" + form.mime_type + "/" + to_hex(*digest);
  {
    const std::lock_guard lock(mutex_);
    const auto* known = uploads_.find(key);
    if (known != nullptr && host_.now_ms() - known->at_ms < kUploadLives)
      return Uploaded{.id = known->id, .key = key, .is_from_before = true};
  }
  const auto boundary = "conserje-" + to_hex(*digest);  // No file holds its own digest.
  const auto body = upload_form(file, form.mime_type, boundary);
  const auto response = exchange(call,
                                 {.method = "POST",
                                  .url = config_.api_url + "/" + account + "/media",
                                  .headers = {{"content-type", body.content_type}}},
                                 body.body);
  if (!response) return nothing_sent(response.error());
  const auto id = read_uploaded(*response, call.attempt());
  if (!id) return id.error();
  const std::lock_guard lock(mutex_);
  uploads_.put(key, {.id = *id, .at_ms = host_.now_ms()});
  return Uploaded{.id = *id, .key = key};
}

channel::Capabilities WhatsApp::capabilities() const {
  return {.max_text = kMaxText,
          .max_buttons = kMaxButtons,
          .max_list = kMaxRows,
          .audio = true,
          .media = true,
          .location = true,
          .window_hours = kWindowHours,
          .max_media_bytes = kMaxFile,
          .statuses = true};
}

// ---- HTTP.

/// The number to send from; its id becomes part of an address.
Result<std::string> WhatsApp::account_of(const channel::SendRequest& message) const {
  const auto& account = message.account.empty() ? config_.phone_number_id : message.account;
  if (is_digits(account)) return account;
  return Error{ErrorClass::config, "whatsapp: the account is not a phone number id"};
}

const TemplateShape* WhatsApp::shape_of(const channel::SendRequest& message) const {
  if (!message.template_) return nullptr;
  const auto found =
      std::ranges::find(config_.templates, message.template_->name, &TemplateShape::name);
  return found == config_.templates.end() ? nullptr : &*found;
}

Result<HttpResponse> WhatsApp::request(const Call& call, std::string method, std::string path,
                                       std::string_view body) const {
  return exchange(call, {.method = std::move(method), .url = config_.api_url + std::move(path)},
                  body);
}

Result<HttpResponse> WhatsApp::exchange(const Call& call, http::HttpCall head,
                                        std::string_view body) const {
  const bool is_json = !body.empty() && head.headers.empty();
  head.headers.push_back({"authorization", "Bearer " + config_.access_token});
  if (is_json) head.headers.push_back({"content-type", "application/json"});
  return host_.http(call, head, body);
}

}  // namespace conserje::whatsapp
