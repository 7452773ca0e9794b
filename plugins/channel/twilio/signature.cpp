#include "signature.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>

namespace conserje::twilio {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kLongestShown = 300;

/// "https://", "guest.example.com", ":8443", "/hooks?a=1"; views into the URL.
struct Parts {
  std::string_view scheme{};
  std::string_view host{};
  std::string_view port{};
  std::string_view rest{};
};

std::optional<Parts> parts_of(std::string_view url) {
  const auto slashes = url.find("://");
  if (slashes == std::string_view::npos) return std::nullopt;
  Parts parts{.scheme = url.substr(0, slashes + 3)};
  url.remove_prefix(parts.scheme.size());
  auto authority = url.substr(0, url.find_first_of("/?#"));
  parts.rest = url.substr(authority.size());
  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0.
  const auto bracket = authority.rfind(']');
  const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  parts.host = authority.substr(0, colon);
  parts.port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon);
  return parts;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string joined(std::string_view scheme, std::string_view host, std::string_view port,
                   std::string_view rest) {
  std::string url(scheme);
  return url.append(host).append(port).append(rest);
}

std::string_view standard_port(std::string_view scheme) {
  return lower_case(scheme) == "https://" ? ":443" : ":80";
}

/// The characters that the WHATWG URL standard escapes in a path or in a query, besides controls
/// and what is not ASCII.
std::string browser_escaped(std::string_view text, std::string_view escaped) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = byte > 0x20 && byte < 0x7F && escaped.find(c) == std::string_view::npos;
    out += is_plain ? std::string(1, c) : url::percent_encoded(std::string_view(&c, 1), "");
  }
  return out;
}

std::string browser_escaped_rest(std::string_view rest) {
  const auto query = std::min(rest.find('?'), rest.size());
  auto path = browser_escaped(rest.substr(0, query), "\"<>`{}^");
  return (path.empty() ? "/" : path) + browser_escaped(rest.substr(query), "\"'<>");
}

/// The query as Node's querystring module writes it after reading it: values of one name together.
std::string legacy_query(std::string_view query) {
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;
  for (auto& [name, value] : url::parse_form(query)) {
    const auto group = std::ranges::find(groups, name, &decltype(groups)::value_type::first);
    if (group != groups.end())
      group->second.push_back(std::move(value));
    else
      groups.push_back({std::move(name), {std::move(value)}});
  }
  std::string out;
  for (const auto& [name, values] : groups)
    for (const auto& value : values) {
      constexpr std::string_view kPlain = "-_.!~*'()";
      if (!out.empty()) out += '&';
      out += url::percent_encoded(name, kPlain) + '=' + url::percent_encoded(value, kPlain);
    }
  return out;
}

std::string with_legacy_query(std::string_view url) {
  const auto query = url.find('?');
  std::string out(url.substr(0, query));
  if (query == std::string_view::npos || query + 1 == url.size()) return std::string(url);
  return out + '?' + legacy_query(url.substr(query + 1));
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i)
      bits = bits << 8U | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      out += i <= group.size() ? kBase64[bits >> (18U - 6U * i) & 63U] : '=';
  }
  return out;
}

std::optional<std::string> base64_decoded(std::string_view text) {
  const auto body = text.substr(0, text.find('='));
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : body) {
    const auto value = kBase64.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFFU);
  }
  if (base64(out) != text) return std::nullopt;
  return out;
}

std::vector<std::string> signed_urls(std::string_view url) {
  std::vector<std::string> urls = {std::string(url)};
  const auto add = [&](std::string candidate) {
    if (std::ranges::find(urls, candidate) == urls.end()) urls.push_back(std::move(candidate));
  };
  const auto parts = parts_of(url);
  if (!parts) return urls;
  const auto port = parts->port.empty() ? standard_port(parts->scheme) : parts->port;
  add(joined(parts->scheme, parts->host, "", parts->rest));
  add(joined(parts->scheme, parts->host, port, parts->rest));

  const auto scheme = lower_case(parts->scheme);
  const auto host = lower_case(parts->host);
  const auto rest = browser_escaped_rest(parts->rest);
  for (const auto with_port : {std::string_view(), port}) {
    const auto escaped = joined(scheme, host, with_port, rest);
    add(escaped);
    add(with_legacy_query(escaped));
  }
  return urls;
}

std::string with_user(std::string_view url, std::string_view user_and_password) {
  const auto parts = parts_of(url);
  if (!parts) return std::string(url);
  std::string out(parts->scheme);
  out.append(user_and_password).append("@");
  return out.append(parts->host).append(parts->port).append(parts->rest);
}

std::string signed_parameters(const url::Fields& fields) {
  std::map<std::string_view, std::set<std::string_view>> sorted;
  for (const auto& [name, value] : fields) sorted[name].insert(value);
  std::string text;
  for (const auto& [name, values] : sorted)
    for (const auto value : values) text.append(name).append(value);
  return text;
}

std::string shown(std::string_view url) {
  const auto parts = parts_of(url);
  if (!parts) return "(not a URL)";
  const auto query = std::min(parts->rest.find('?'), parts->rest.size());
  auto out = joined(parts->scheme, parts->host, parts->port, parts->rest.substr(0, query));
  char separator = '?';
  if (query < parts->rest.size())
    for (const auto& [name, value] : url::parse_form(parts->rest.substr(query + 1))) {
      out += separator + url::percent_encoded(name) + "=...";
      separator = '&';
    }
  if (out.size() > kLongestShown) out.resize(kLongestShown);
  return out;
}

}  // namespace conserje::twilio
