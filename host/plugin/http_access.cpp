#include "plugin/http_access.hpp"

#include <algorithm>

namespace conserje {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_scheme(std::string_view url, std::string_view scheme) {
  return url.size() > scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), url.begin(),
                    [](char wanted, char found) { return wanted == lower(found); });
}

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}
bool is_address_char(char c) {
  return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

/// True for "", ":" and a colon with digits.
bool is_port(std::string_view text) {
  return text.empty() ||
         (text.front() == ':' &&
          std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

bool is_at_or_below(std::string_view host, std::string_view root) {
  if (host == root) return true;
  return host.size() > root.size() && host.ends_with(root) &&
         host[host.size() - root.size() - 1] == '.';
}

}  // namespace

std::optional<std::string> url_host(std::string_view url) {
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  if (starts_with_scheme(url, kHttps)) {
    url.remove_prefix(kHttps.size());
  } else if (starts_with_scheme(url, kHttp)) {
    url.remove_prefix(kHttp.size());
  } else {
    return std::nullopt;
  }
  const auto authority = url.substr(0, url.find_first_of("/?#"));
  const bool is_ipv6 = authority.starts_with('[');
  const auto end = is_ipv6 ? authority.find(']') : authority.find(':');
  if (is_ipv6 && end == std::string_view::npos) return std::nullopt;
  std::string host(authority.substr(is_ipv6 ? 1 : 0, is_ipv6 ? end - 1 : end));
  std::transform(host.begin(), host.end(), host.begin(), lower);
  const auto rest = end == std::string_view::npos ? std::string_view()
                                                  : authority.substr(is_ipv6 ? end + 1 : end);
  const auto is_fine = is_ipv6 ? is_address_char : is_name_char;
  if (host.empty() || !is_port(rest) || !std::all_of(host.begin(), host.end(), is_fine))
    return std::nullopt;
  return host;
}

HttpAccess::HttpAccess(
    std::span<const std::string> wanted, const nlohmann::json& config,
    const std::function<std::optional<std::string_view>(std::string_view handle)>& reveal) {
  const auto add_value = [&](const nlohmann::json& value, bool has_below) {
    if (!value.is_string()) return;
    const auto& text = value.get_ref<const std::string&>();
    const auto secret = reveal ? reveal(text) : std::nullopt;
    auto host = url_host(secret.value_or(text));
    if (!host && has_below) host = url_host("https://" + text);  // A name alone.
    if (host) (has_below ? roots_ : hosts_).push_back(*std::move(host));
  };
  for (const auto& entry : wanted) {
    wanted_ += (wanted_.empty() ? "" : ", ") + entry;
    if (entry == "*") {
      anywhere_ = true;
      continue;
    }
    constexpr std::string_view kConfig = "config:";
    const bool has_below = entry.starts_with(kAndBelow);
    const auto place = std::string_view(entry).substr(has_below ? kAndBelow.size() : 0);
    if (!place.starts_with(kConfig)) {
      (has_below ? roots_ : hosts_).emplace_back(place);
    } else if (const auto value = config.find(std::string(place.substr(kConfig.size())));
               value != config.end()) {
      if (value->is_array()) {
        for (const auto& item : *value) add_value(item, has_below);
      } else {
        add_value(*value, has_below);
      }
    }
  }
}

bool HttpAccess::allows(std::string_view url) const {
  const auto host = url_host(url);
  if (!host) return false;
  return anywhere_ || std::find(hosts_.begin(), hosts_.end(), *host) != hosts_.end() ||
         std::any_of(roots_.begin(), roots_.end(),
                     [&](const std::string& root) { return is_at_or_below(*host, root); });
}

}  // namespace conserje
