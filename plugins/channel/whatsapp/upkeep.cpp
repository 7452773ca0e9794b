// What a number needs beside sending and hearing: its health asked, its webhooks subscribed, its
// guests' files fetched.
#include <algorithm>
#include <utility>

#include "address.hpp"
#include "conserje/url.hpp"
#include "errors.hpp"
#include "health.hpp"
#include "whatsapp.hpp"

namespace conserje::whatsapp {
namespace {

using channel::ChannelHealth;

constexpr std::int64_t kSilence = 600'000;               // ms; statuses come within seconds.
constexpr std::int64_t kTokenEndsSoon = 7 * 86'400'000;  // ms
constexpr std::int64_t kAskMs = 10'000;
constexpr int kMostLinks = 2;  // For one file.
constexpr int kMostRedirects = 3;
constexpr std::string_view kUserAgent = "conserje/1";

bool is_redirect(std::int64_t status) { return status >= 301 && status <= 308 && status != 304; }

/// Meta's word for a link whose five minutes are over.
bool is_expired(std::int64_t status) {
  return status == 401 || status == 403 || status == 404 || status == 410;
}

}  // namespace

// ---- Health.

Result<ChannelHealth> WhatsApp::check_health(const Call& call) {
  const auto number =
      request(call, "GET", "/" + config_.phone_number_id + "?fields=" + kHealthFields);
  if (!number) return ChannelHealth{.state = "down", .detail = number.error().message};
  auto health = read_health(*number);
  if (health.state == "down") return health;
  if (auto deaf = hearing(call); deaf.state != "ok") return deaf;
  health.expires_at_ms = token_end(call);
  const bool ends_soon =
      health.expires_at_ms != 0 && health.expires_at_ms - host_.now_ms() < kTokenEndsSoon;
  if (ends_soon && health.state == "ok") {
    health.state = "degraded";
    health.detail = "the access token ends within a week; make one that does not";
  }
  return health;
}

/// Connected and deaf: messages are taken, and no webhook comes.
ChannelHealth WhatsApp::hearing(const Call& call) {
  const bool can_subscribe = !config_.business_account_id.empty();
  if (can_subscribe) {
    const auto apps = request(call, "GET", "/" + config_.business_account_id + "/subscribed_apps");
    if (apps && is_unsubscribed(*apps))
      return {.state = "down",
              .detail = "no app gets the webhooks of the business account",
              .restart_helps = true};
  }
  if (ledger_.is_unheard(host_.now_ms(), kSilence))
    return {.state = "down",
            .detail = "Meta took messages and tells nothing of them: no webhook comes",
            .restart_helps = can_subscribe};
  return {.state = "ok"};
}

/// 0: never, or it cannot be learnt.
std::int64_t WhatsApp::token_end(const Call& call) {
  const auto answer = exchange(call,
                               {.method = "GET",
                                .url = config_.api_url + "/debug_token?input_token=" +
                                       url::percent_encoded(config_.access_token),
                                .timeout_ms = kAskMs},
                               {});
  return answer ? read_token_end(*answer) : 0;
}

Result<ChannelHealth> WhatsApp::restart(const Call& call) {
  if (!config_.business_account_id.empty()) {
    const auto done = request(call, "POST", "/" + config_.business_account_id + "/subscribed_apps");
    if (!done) return nothing_sent(done.error());
    if (done->status != 200)
      return ChannelHealth{
          .state = "down",
          .detail = "the webhooks cannot be subscribed: HTTP " + std::to_string(done->status)};
    ledger_.heard();  // From now on it may be silent for its time again.
  }
  return check_health(call);
}

// ---- Files.

// Source: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
Result<Channel::FetchedMedia> WhatsApp::fetch_media(const Call& call,
                                                    const channel::FetchMediaRequest& request) {
  const auto& id = request.media.reference;
  if (!is_digits(id)) return Error{ErrorClass::permanent, "whatsapp: the file has no media id"};
  const auto most = std::min(request.max_bytes, kMaxFile);
  for (int links = 1;; ++links) {
    const auto file = describe_file(call, id);
    if (!file) return file.error();
    if (file->size > most) return Error{ErrorClass::permanent, "whatsapp: the file is too large"};
    auto response = download(call, file->url, most);
    if (!response) return nothing_sent(response.error());
    if (is_expired(response->status) && links < kMostLinks) continue;
    return checked(call, *file, *std::move(response));
  }
}

Result<MediaFile> WhatsApp::describe_file(const Call& call, const std::string& id) const {
  const auto response =
      request(call, "GET", "/" + id + "?phone_number_id=" + config_.phone_number_id);
  if (!response) return nothing_sent(response.error());
  return read_media(*response, call.attempt());
}

/// From the places that the settings name, and from nowhere else. Our token goes to the first of
/// them; a redirect to another one goes without.
Result<HttpResponse> WhatsApp::download(const Call& call, const std::string& link,
                                        std::int64_t most_bytes) const {
  std::string url = link;
  for (int redirects = 0;; ++redirects) {
    if (!is_at(url, origins_))
      return Error{ErrorClass::config,
                   "whatsapp: the file is at a host that media_hosts does not name; if it is "
                   "Meta's, add it there"};
    http::HttpCall head{.method = "GET",
                        .url = url,
                        .headers = {{"user-agent", std::string(kUserAgent)}},
                        .max_response_bytes = most_bytes,
                        .user_supplied = origin_of(url) != origin_of(config_.api_url)};
    const bool is_first_place = origin_of(url) == origin_of(link);
    auto response = is_first_place ? exchange(call, std::move(head), {}) : host_.http(call, head);
    if (!response || !is_redirect(response->status)) return response;
    if (redirects == kMostRedirects)
      return Error{ErrorClass::permanent, "whatsapp: the file is behind too many redirects"};
    url = response->header("location").value_or("");
  }
}

/// The file, if it came whole.
Result<Channel::FetchedMedia> WhatsApp::checked(const Call& call, const MediaFile& file,
                                                HttpResponse response) const {
  if (is_expired(response.status))
    return Error{ErrorClass::retry, "whatsapp: the file's link is no longer good"};
  if (response.status != 200) return to_error(response, Value(), call.attempt());
  const auto digest = host_.digest(Digest::sha256, response.body);
  if (!digest) return digest.error();
  if (differs(file.sha256, *digest))
    return Error{ErrorClass::retry, "whatsapp: the file did not come as Meta has it"};
  return FetchedMedia{.head = {.mime_type = file.mime_type}, .bytes = std::move(response.body)};
}

}  // namespace conserje::whatsapp
