#include "whatsapp.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "address.hpp"
#include "conserje/config.hpp"
#include "conserje/url.hpp"
#include "inbound.hpp"
#include "send.hpp"

namespace conserje::whatsapp {
namespace {

constexpr std::string_view kSignaturePrefix = "sha256=";
constexpr std::size_t kLongestChallenge = 256;

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

WhatsApp::WhatsApp(Host host, Config config) : host_(host), config_(std::move(config)) {}

// Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
Result<channel::WebhookEvents> WhatsApp::handle_webhook(const Call&,
                                                        const WebhookDelivery& delivery) const {
  if (delivery.request.method == "GET")
    return channel::WebhookEvents{.answer = answer_handshake(delivery.request.query)};
  if (delivery.request.method != "POST")
    return channel::WebhookEvents{.answer = channel::HttpAnswer{.status = 405}};

  if (!is_signed(delivery))
    return Error{ErrorClass::auth, "whatsapp: the signature does not match"};
  return read_webhook(delivery.body, {.phone_number_id = config_.phone_number_id,
                                      .received_at_ms = delivery.request.received_at_ms});
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

Result<channel::SendReply> WhatsApp::send(const Call& call, const channel::SendRequest& message) {
  const auto& account = message.account.empty() ? config_.phone_number_id : message.account;
  if (!is_digits(account))
    return Error{ErrorClass::config, "whatsapp: the account is not a phone number id"};
  const auto parts = to_messages(message);
  if (!parts) return parts.error();

  channel::SendReply reply;
  for (const auto& part : *parts) {
    const auto response = request(call, "POST", "/" + account + "/messages", part);
    const auto accepted =
        response ? read_accepted(*response, call.attempt()) : Result<Accepted>(response.error());
    if (!accepted) return in_part(accepted.error(), reply.message_ids.size(), parts->size());
    reply.message_ids.push_back(accepted->message_id);
    if (accepted->address != to_e164(message.recipient)) reply.recipient_alias = accepted->address;
  }
  return reply;
}

Result<channel::ChannelHealth> WhatsApp::check_health(const Call& call) {
  const auto response = request(
      call, "GET", "/" + config_.phone_number_id + "?fields=quality_rating,health_status", {});
  if (!response) return channel::ChannelHealth{.state = "down", .detail = response.error().message};
  return read_health(*response);
}

channel::Capabilities WhatsApp::capabilities() const {
  return {.max_text = kMaxText,
          .max_buttons = kMaxButtons,
          .max_list = kMaxRows,
          .location = true,
          .statuses = true};
}

Result<HttpResponse> WhatsApp::request(const Call& call, std::string method, std::string path,
                                       std::string_view body) const {
  http::HttpCall head{.method = std::move(method),
                      .url = config_.api_url + std::move(path),
                      .headers = {{"authorization", "Bearer " + config_.access_token}}};
  if (!body.empty()) head.headers.push_back({"content-type", "application/json"});
  return host_.http(call, head, body);
}

}  // namespace conserje::whatsapp
