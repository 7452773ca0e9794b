#include "vapi.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "answers.hpp"
#include "conserje/config.hpp"
#include "errors.hpp"
#include "inbound.hpp"
#include "payload.hpp"
#include "ring.hpp"

namespace conserje::vapi {
namespace {

constexpr std::string_view kHousekeeping = "forget_old";
constexpr std::chrono::hours kBetweenHousekeeping{1};
constexpr std::int64_t kClocksDifferMs = 60'000;  // Ours and VAPI's.

/// Replaces a handle by its secret.
Status resolve(const Host& host, const char* name, std::string& handle) {
  auto secret = host.secret(handle);
  if (!secret || secret->empty())
    return Error{ErrorClass::config, std::string("vapi: ") + name + " is missing or empty"};
  handle = *std::move(secret);
  return Done{};
}

Status resolve_all(const Host& host, Config& config) {
  if (const auto done = resolve(host, "secret", config.secret); !done) return done;
  for (auto& secret : config.previous_secrets)
    if (const auto done = resolve(host, "previous_secrets", secret); !done) return done;
  if (config.api_key.empty()) return Done{};
  return resolve(host, "api_key", config.api_key);
}

/// VAPI refuses a destination whose number is not E.164, and the caller is cut off.
Status check_destination(const char* setting, const Json& answer) {
  const Json& destination = member(answer, "destination");
  if (text(destination, "type") != "number") return Done{};
  const auto number = text(destination, "number");
  const Json& check = member(destination, "numberE164CheckEnabled");
  if (is_number(number) || (check.is_boolean() && !check.get<bool>())) return Done{};
  return Error{ErrorClass::config, std::string("vapi: ") + setting +
                                       ".destination.number is not E.164, such as +34910552099"};
}

Status check_assistant(const Json& assistant) {
  constexpr std::array<const char*, 7> kAnswers = {"assistantId", "assistant",   "squadId", "squad",
                                                   "workflowId",  "destination", "error"};
  const bool is_answer =
      assistant.is_null() ||
      std::ranges::any_of(kAnswers, [&](const char* name) { return assistant.contains(name); });
  if (is_answer) return check_destination("assistant", assistant);
  return Error{ErrorClass::config,
               "vapi: assistant names none of assistantId, assistant, squadId, squad, workflowId, "
               "destination, error"};
}

/// The host of a URL in lower case; empty for one with a user, a port that is none, or no host.
std::string host_of(std::string_view url, std::string_view scheme) {
  if (!url.starts_with(scheme)) return {};
  url.remove_prefix(scheme.size());
  auto host = std::string(url.substr(0, url.find_first_of("/?#")));
  if (host.find_first_of("@\\% ") != std::string::npos) return {};
  host = host.substr(0, host.find(':'));
  for (char& c : host)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return host;
}

}  // namespace

Result<std::unique_ptr<Vapi>> Vapi::create(Host host, const Json& json) {
  auto config = decode_config<Config>(json);
  if (!config) return config.error();
  if (const auto done = resolve_all(host, *config); !done) return done.error();
  if (const auto fit = check_assistant(config->assistant); !fit) return fit.error();
  if (const auto fit = check_destination("transfer", config->transfer); !fit) return fit.error();
  if (const auto fit = check_destination("handoff", config->handoff); !fit) return fit.error();
  if (!config->phone_number_id.empty() && config->api_key.empty())
    return Error{ErrorClass::config, "vapi: with phone_number_id, api_key is needed"};
  auto verifier = Verifier::create(*config);
  if (!verifier) return verifier.error();
  return std::unique_ptr<Vapi>(new Vapi(host, *std::move(config), *std::move(verifier)));
}

Vapi::Vapi(Host host, Config config, Verifier verifier)
    : host_(host), config_(std::move(config)), verifier_(std::move(verifier)), calls_(host) {}

Status Vapi::start(const Call&) {
  return host_.set_timer(kHousekeeping, kBetweenHousekeeping, kBetweenHousekeeping);
}

Status Vapi::on_timer(const Call&, std::string_view) { return calls_.forget_old(); }

Result<channel::WebhookEvents> Vapi::handle_webhook(const Call&,
                                                    const WebhookDelivery& delivery) const {
  if (delivery.request.method != "POST")
    return channel::WebhookEvents{.answer = channel::HttpAnswer{.status = 405}};
  if (verifier_.gives_tokens(delivery)) return give_token(delivery);
  if (const auto why = verifier_.distrust(host_, delivery)) {
    // VAPI does not repeat what was refused, so the operator must be able to see why.
    host_.warn("webhook not believed; this message is lost", {{"why", *why}});
    return Error{ErrorClass::auth, "vapi: " + *why};
  }
  auto read = read_message(delivery.body, config_, delivery.request.received_at_ms);
  if (!read) return read.error();
  if (read->news)
    if (const auto noted = calls_.note(*read->news); !noted)
      host_.warn("a call's state could not be kept; it cannot be spoken to",
                 {{"error", noted.error().message}});
  return std::move(read->events);
}

Result<channel::WebhookEvents> Vapi::give_token(const WebhookDelivery& delivery) const {
  auto answer = verifier_.give_token(host_, delivery);
  if (!answer) {
    host_.warn("no token is given; VAPI's messages will be lost",
               {{"why", answer.error().message}});
    return answer.error();
  }
  return channel::WebhookEvents{.answer = *std::move(answer)};
}

Result<channel::HttpAnswer> Vapi::answer(const Call&, const channel::AnswerRequest& request) const {
  return answer_to(request, config_.busy_text);
}

Result<channel::SendReply> Vapi::send(const Call& call, const channel::SendRequest& request) {
  if (request.template_) return ring(call, request);
  const auto words = speakable(request.text);
  if (words.empty()) return Error{ErrorClass::permanent, "vapi: there is nothing to say"};
  const auto running = calls_.find(request.recipient);
  if (!running) return running.error();
  if (!*running) return out_of_call(request);
  if (!may_ask((*running)->control_url))
    return Error{ErrorClass::config,
                 "vapi: the call's controlUrl is at a host that control_hosts does not name"};

  const auto response =
      host_.http(call,
                 {.method = "POST",
                  .url = (*running)->control_url,
                  .headers = {{"content-type", "application/json"}}},
                 Json({{"type", "say"}, {"content", words}, {"endCallAfterSpoken", false}}).dump());
  if (!response) return response.error();
  if (is_over(*response)) {
    if (const auto forgotten = calls_.forget(request.recipient, (*running)->call_id); !forgotten)
      host_.warn("the end of a call could not be kept", {{"error", forgotten.error().message}});
    return out_of_call(request);
  }
  if (response->status < 200 || response->status > 299) return to_error(*response);
  return channel::SendReply{.message_ids = {(*running)->call_id + "/" + request.reference}};
}

/// Nothing can be said; where guests may be called, a template can.
Result<channel::SendReply> Vapi::out_of_call(const channel::SendRequest& request) const {
  if (!config_.phone_number_id.empty() && is_number(request.recipient))
    return channel::SendReply{.needs_template = true};
  return Error{ErrorClass::permanent, "vapi: the call has ended"};
}

// ---- Calls that we begin. VAPI has no idempotency key, and nobody is called twice.

Result<channel::SendReply> Vapi::ring(const Call& call, const channel::SendRequest& request) {
  if (config_.phone_number_id.empty())
    return Error{ErrorClass::config, "vapi: to call a guest, phone_number_id must be set"};
  if (!is_number(request.recipient))
    return Error{ErrorClass::permanent, "vapi: the guest has no number that can be called"};

  const auto known = calls_.begun(request.reference);
  if (!known) return known.error();
  auto begun = known->value_or(BegunCall{.at_ms = host_.now_ms()});
  if (*known && begun.call_id.empty()) {
    const auto found = look_for(call, request, begun.at_ms);
    if (!found) return found.error();
    begun.call_id = *found;
  }
  if (begun.call_id.empty()) {
    if (const auto noted = calls_.note_begun(request.reference, begun); !noted)
      return noted.error();
    const auto id = begin(call, request);
    if (!id) return id.error();
    begun.call_id = *id;
  }
  if (const auto noted = calls_.note_begun(request.reference, begun); !noted)
    host_.warn("that a guest was called could not be kept", {{"error", noted.error().message}});
  return channel::SendReply{.message_ids = {begun.call_id}};
}

Result<std::string> Vapi::begin(const Call& call, const channel::SendRequest& request) {
  const auto response = host_.http(call,
                                   {.method = "POST",
                                    .url = config_.api_url + "/call",
                                    .headers = {{"authorization", "Bearer " + config_.api_key},
                                                {"content-type", "application/json"}}},
                                   to_call(request, config_.phone_number_id));
  if (!response) return response.error();
  if (response->status < 200 || response->status > 299) return to_error(*response);
  return read_begun(response->body);
}

/// The call that an earlier try has begun; empty: none.
Result<std::string> Vapi::look_for(const Call& call, const channel::SendRequest& request,
                                   std::int64_t since_ms) {
  const auto response =
      host_.http(call, {.method = "GET",
                        .url = list_url(config_.api_url, since_ms - kClocksDifferMs),
                        .headers = {{"authorization", "Bearer " + config_.api_key}}});
  if (!response) return Error{ErrorClass::retry, response.error().message};
  if (response->status != 200) return to_error(*response);
  const auto found = find_call(response->body, request);
  if (!found) return found.error();
  if (found->call_id.empty() && !found->is_whole)
    return Error{ErrorClass::permanent,
                 "vapi: whether the guest was called is lost among too many calls"};
  return found->call_id;
}

Result<Channel::FetchedMedia> Vapi::fetch_media(const Call& call,
                                                const channel::FetchMediaRequest& request) {
  if (!may_ask(request.media.url))
    return Error{ErrorClass::permanent,
                 "vapi: the recording is at a host that control_hosts does not name"};
  auto response = host_.http(
      call, {.method = "GET", .url = request.media.url, .max_response_bytes = request.max_bytes});
  if (!response) return response.error();
  if (response->status != 200) {
    auto error = to_error(*response);
    // No credential goes there, so none is wrong: the URL has run out.
    if (error.error_class != ErrorClass::retry) error.error_class = ErrorClass::permanent;
    return error;
  }
  const auto type = response->header("content-type").value_or("");
  return FetchedMedia{.head = {.mime_type = std::string(type.substr(0, type.find(';')))},
                      .bytes = std::move(response->body)};
}

Result<channel::ChannelHealth> Vapi::check_health(const Call& call) {
  if (config_.api_key.empty())
    return channel::ChannelHealth{.state = "ok", .detail = "not asked: api_key is not set"};
  const auto response =
      host_.http(call, {.method = "GET",
                        .url = config_.api_url + "/call?limit=1",
                        .headers = {{"authorization", "Bearer " + config_.api_key}}});
  if (!response) return channel::ChannelHealth{.state = "down", .detail = response.error().message};
  if (response->status == 200) return channel::ChannelHealth{.state = "ok"};
  const auto error = to_error(*response);
  return channel::ChannelHealth{.state = response->status == 429 ? "degraded" : "down",
                                .detail = error.message};
}

bool Vapi::may_ask(std::string_view url) const {
  const auto scheme = config_.api_url.substr(0, config_.api_url.find("//") + 2);
  const auto host = host_of(url, scheme);
  return !host.empty() && std::ranges::any_of(config_.control_hosts, [&](const auto& allowed) {
    return host == allowed || host.ends_with("." + allowed);
  });
}

}  // namespace conserje::vapi
