#include "media.hpp"

#include <algorithm>

namespace conserje::waha {
namespace {

constexpr std::string_view kFiles = "/api/files/";

/// "https://host:port" of a URL, and what comes after it.
struct Parts {
  std::string_view origin{};
  std::string_view rest{};
};
Parts split_url(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const auto end = url.find_first_of("/?#", scheme + 3);
  if (end == std::string_view::npos) return {url, {}};
  return {url.substr(0, end), url.substr(end)};
}

/// Neither blanks nor control characters, which would end the line of a request.
bool is_printable(std::string_view url) {
  return std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// It stays below /api/files/ whatever a server makes of dots and escapes.
bool is_plain_path(std::string_view rest) {
  const auto path = rest.substr(0, rest.find('?'));
  return path.find("..") == std::string_view::npos && path.find('%') == std::string_view::npos &&
         path.find('\\') == std::string_view::npos && rest.find('#') == std::string_view::npos;
}

}  // namespace

Result<MediaPlace> place_of(std::string_view url, std::string_view base, std::string_view s3_url) {
  const auto link = split_url(url);
  const bool is_http = url.starts_with("http://") || url.starts_with("https://");
  if (link.origin.empty() || !is_http || !is_printable(url))
    return Error{ErrorClass::permanent, "waha: the file's link is no URL"};
  if (!s3_url.empty() && link.origin == split_url(s3_url).origin)
    return MediaPlace{.url = std::string(url), .needs_key = false};

  auto rest = link.rest;
  const auto prefix = split_url(base).rest;  // Of a proxy that serves WAHA below a path.
  if (!prefix.empty() && rest.starts_with(prefix)) rest.remove_prefix(prefix.size());
  if (!rest.starts_with(kFiles))
    return Error{ErrorClass::config,
                 "waha: the file's link is neither below /api/files/ nor at s3_url; set s3_url if "
                 "WAHA keeps its files in a bucket"};
  if (!is_plain_path(rest))
    return Error{ErrorClass::permanent, "waha: the file's link leaves /api/files/"};
  return MediaPlace{.url = std::string(base) + std::string(rest)};
}

}  // namespace conserje::waha
