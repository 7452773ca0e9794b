#include "vapi.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "answers.hpp"
#include "conserje/config.hpp"
#include "errors.hpp"
#include "inbound.hpp"
#include "payload.hpp"

namespace conserje::vapi {
namespace {

constexpr std::string_view kHousekeeping = "forget_old";
constexpr std::chrono::hours kBetweenHousekeeping{1};

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
  const bool is_e164 = number.size() >= 8 && number.size() <= 16 && number[0] == '+' &&
                       number[1] != '0' &&
                       number.find_first_not_of("0123456789", 1) == std::string::npos;
  const Json& check = member(destination, "numberE164CheckEnabled");
  if (is_e164 || (check.is_boolean() && !check.get<bool>())) return Done{};
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

Result<channel::HttpAnswer> Vapi::answer(const Call&, const channel::AnswerRequest& request) const {
  return answer_to(request, config_.busy_text);
}

Result<channel::SendReply> Vapi::send(const Call& call, const channel::SendRequest& request) {
  const auto words = speakable(request.text);
  if (words.empty()) return Error{ErrorClass::permanent, "vapi: there is nothing to say"};
  const auto running = calls_.find(request.recipient);
  if (!running) return running.error();
  if (!*running) return Error{ErrorClass::permanent, "vapi: the call has ended"};
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
    return Error{ErrorClass::permanent, "vapi: the call has ended"};
  }
  if (response->status < 200 || response->status > 299) return to_error(*response);
  return channel::SendReply{.message_ids = {(*running)->call_id + "/" + request.reference}};
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
