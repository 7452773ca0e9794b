#include "media.hpp"

#include <algorithm>

#include "conserje/url.hpp"

namespace conserje::twilio {
namespace {

constexpr std::string_view kPublicApi = "api.twilio.com";
constexpr std::string_view kApiBegin = "api.";
constexpr std::string_view kApiEnd = ".twilio.com";

Error foreign() {
  return {ErrorClass::permanent,
          "twilio: the file's address is not one of our messages at Twilio's API"};
}

bool is_api(std::string_view authority, const Config& config) {
  return authority == authority_of(config.api_url) || authority == kPublicApi ||
         (authority.starts_with(kApiBegin) && authority.ends_with(kApiEnd) &&
          authority.size() > kApiBegin.size() + kApiEnd.size());
}

/// "MM.../Media/ME...": letters, digits and slashes alone, so that nothing leads elsewhere.
bool is_file_of_message(std::string_view path) {
  const auto is_plain = [](char c) { return url::is_alphanumeric(c) || c == '/'; };
  return std::ranges::count(path, '/') == 2 && path.find("/Media/ME") != std::string_view::npos &&
         std::ranges::all_of(path, is_plain);
}

}  // namespace

std::string_view authority_of(std::string_view url) {
  const auto slashes = url.find("://");
  if (slashes == std::string_view::npos) return {};
  url.remove_prefix(slashes + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

Result<std::string> media_url(const channel::FetchMediaRequest& request, const Config& config) {
  const auto messages = "/2010-04-01/Accounts/" + config.account_sid + "/Messages/";
  std::string file = request.message_id + "/Media/" + request.media.reference;
  if (!request.media.url.empty()) {
    std::string_view url = request.media.url;
    const auto authority = authority_of(url);
    if (!is_api(authority, config)) return foreign();
    url.remove_prefix(url.find("://") + 3 + authority.size());
    if (!url.starts_with(messages)) return foreign();
    file = url.substr(messages.size());
  }
  if (!is_file_of_message(file)) return foreign();
  return config.api_url + messages + file;
}

Result<std::string> redirected(std::string_view location, const Config& config) {
  const auto scheme = config.api_url.substr(0, config.api_url.find("://"));
  const bool is_absolute =
      location.starts_with("https://") || (scheme == "http" && location.starts_with("http://"));
  const auto authority = authority_of(location);
  if (!is_absolute || authority.empty() || authority.find('@') != std::string_view::npos)
    return Error{ErrorClass::permanent, "twilio: the file is said to be where it cannot be"};
  return std::string(location);
}

}  // namespace conserje::twilio
