#include "api.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "conserje/text.hpp"
#include "media.hpp"
#include "send.hpp"
#include "signature.hpp"

namespace conserje::twilio {
namespace {

constexpr int kMostPages = 20;  // Of one list.
constexpr int kMostRedirects = 3;
constexpr std::size_t kLongestShownHost = 100;

bool is_redirect(std::int64_t status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

Result<std::string> Api::post(const Call& call, const url::Fields& form) const {
  const http::HttpCall head{.method = "POST",
                            .url = account_url("/Messages.json"),
                            .headers = {{"authorization", credentials()},
                                        {"content-type", "application/x-www-form-urlencoded"}}};
  const auto response = host_.http(call, head, url::to_form(form));
  if (!response) return response.error();
  const auto id = read_accepted(*response, occasion(call));
  if (!id) return with_jitter(id.error());
  return id;
}

Result<HttpResponse> Api::get(const Call& call, std::string url, std::int64_t most_bytes) const {
  return host_.http(call, {.method = "GET",
                           .url = std::move(url),
                           .headers = {{"authorization", credentials()}},
                           .max_response_bytes = most_bytes});
}

Result<std::vector<Message>> Api::list(const Call& call, const url::Fields& filter,
                                       std::int64_t not_before_ms) const {
  const auto first = account_url("/Messages.json") + "?" + url::to_form(filter);
  const auto path = first.substr(config_.api_url.size(), first.find('?') - config_.api_url.size());
  std::vector<Message> messages;
  std::string url = first;
  for (int pages = 0; pages < kMostPages; ++pages) {
    auto page = document<MessagePage>(call, url);
    if (!page) return page.error();
    const bool is_past =
        !page->messages.empty() && page->messages.back().created_ms < not_before_ms;
    std::ranges::move(page->messages, std::back_inserter(messages));
    // It names a place at our API, or we do not go there with our credential.
    if (is_past || !page->next_page_uri.starts_with(path + "?")) return messages;
    url = config_.api_url + page->next_page_uri;
  }
  host_.warn("a list of messages was cut", {{"messages", messages.size()}});
  return messages;
}

Result<std::vector<MediaEntry>> Api::files_of(const Call& call, const Message& message) const {
  if (message.num_media == 0) return std::vector<MediaEntry>();
  auto found = document<MediaList>(call, account_url("/Messages/" + message.sid + "/Media.json"));
  if (!found) return found.error();
  return std::move(found->media_list);
}

Result<HttpResponse> Api::file(const Call& call, std::string url, std::int64_t most_bytes) const {
  auto response = get(call, std::move(url), most_bytes);
  if (!response || !is_redirect(response->status)) return response;
  return follow(call, *std::move(response), most_bytes);
}

/// Where the API sends us for a file, without our credential: it is not for the file's host.
Result<HttpResponse> Api::follow(const Call& call, HttpResponse response,
                                 std::int64_t most_bytes) const {
  for (int redirects = 0; is_redirect(response.status); ++redirects) {
    if (redirects == kMostRedirects)
      return Error{ErrorClass::permanent, "twilio: the file is behind too many redirects"};
    const auto url = redirected(response.header("location").value_or(""), config_);
    if (!url) return url.error();
    const std::string authority(authority_of(*url));
    auto next = host_.http(call, {.method = "GET",
                                  .url = *url,
                                  .max_response_bytes = most_bytes,
                                  .user_supplied = authority != authority_of(config_.api_url)});
    if (!next && next.error().error_class == ErrorClass::config)
      return Error{ErrorClass::config, "twilio: the file is at " +
                                           text::cut(authority, kLongestShownHost) +
                                           ", which media_hosts does not name; if it is Twilio's, "
                                           "add it there"};
    if (!next) return next.error();
    response = *std::move(next);
  }
  const bool is_refused = response.status >= 400 && response.status < 500;
  if (is_refused)  // Its signature has run out; the API makes another one.
    return Error{ErrorClass::retry,
                 "twilio: the file's host answers HTTP " + std::to_string(response.status)};
  return response;
}

std::string Api::account_url(std::string_view rest) const {
  return (config_.api_url + "/2010-04-01/Accounts/" + config_.account_sid).append(rest);
}

std::string Api::credentials() const {
  const bool has_key = !config_.api_key_sid.empty();
  const auto& user = has_key ? config_.api_key_sid : config_.account_sid;
  const auto& password = has_key ? config_.api_key_secret : config_.auth_token;
  return "Basic " + base64(user + ":" + password);
}

Occasion Api::occasion(const Call& call) const {
  return {.attempt = call.attempt(), .now_ms = host_.now_ms()};
}

/// Up to a quarter longer, so that those who were refused together do not return together.
Error Api::with_jitter(Error error) const {
  if (!error.retry_after) return error;
  std::array<std::byte, 1> random{};
  host_.random(random);
  *error.retry_after += *error.retry_after * std::to_integer<int>(random[0]) / 1024;
  return error;
}

}  // namespace conserje::twilio
