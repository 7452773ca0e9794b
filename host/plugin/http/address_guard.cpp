#include "plugin/http/address_guard.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "guard/http_text.hpp"

namespace conserje {
namespace {

struct Block {
  std::array<std::uint8_t, 16> bytes;
  unsigned bits;
};

// https://www.iana.org/assignments/iana-ipv4-special-registry
constexpr Block kPrivateIpv4[] = {
    {{0}, 8},              // this network
    {{10}, 8},             // private
    {{100, 64}, 10},       // shared, behind a carrier's NAT
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local: also the metadata services of clouds
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 88, 99}, 24},   // 6to4 relays, withdrawn
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 4},            // multicast
    {{240}, 4},            // reserved, and broadcast
};

// https://www.iana.org/assignments/iana-ipv6-special-registry. Nothing outside 2000::/3 is public:
// loopback, mapped IPv4 (::ffff:0:0/96), NAT64 (64:ff9b::/96), unique local, link-local and
// multicast all lie there.
constexpr Block kGlobalIpv6 = {{0x20}, 3};
constexpr Block kPrivateIpv6[] = {
    {{0x20, 0x01, 0x00}, 23},        // protocol assignments: Teredo, ORCHID, benchmarks
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4, which carries an IPv4 address
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};

bool in_block(std::span<const std::uint8_t> address, const Block& block) {
  const auto whole = block.bits / 8;
  if (!std::equal(block.bytes.begin(), block.bytes.begin() + whole, address.begin())) return false;
  const auto rest = block.bits % 8;
  return rest == 0 || ((address[whole] ^ block.bytes[whole]) >> (8 - rest)) == 0;
}

bool in_any(std::span<const std::uint8_t> address, std::span<const Block> blocks) {
  return std::any_of(blocks.begin(), blocks.end(),
                     [&](const Block& block) { return in_block(address, block); });
}

using Url = std::unique_ptr<CURLU, void (*)(CURLU*)>;

/// Parsed by the parser that will connect; null: it is not a URL that we would call.
Url parse(std::string_view text) {
  Url url(curl_url(), curl_url_cleanup);
  const auto is_odd = [](unsigned char byte) {
    return byte <= ' ' || byte >= 0x7F || byte == '\\';
  };
  if (std::any_of(text.begin(), text.end(), is_odd)) return {nullptr, curl_url_cleanup};
  if (curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_DISALLOW_USER) !=
      CURLUE_OK)
    return {nullptr, curl_url_cleanup};
  return url;
}

/// One part of a URL; empty when it is not there.
std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, which == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0) !=
      CURLUE_OK)
    return {};
  const std::unique_ptr<char, void (*)(void*)> owner(text, curl_free);
  return text;
}

/// An address written as such; nullopt: a name.
std::optional<bool> literal_is_public(const std::string& host) {
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1)
    return is_public(std::span(bytes).first(4));
  if (!host.starts_with('[') || !host.ends_with(']')) return std::nullopt;
  const auto inner = host.substr(1, host.size() - 2);
  return inet_pton(AF_INET6, inner.c_str(), bytes.data()) == 1 && is_public(bytes);
}

/// Names that are resolved inside somebody's network or machine, whatever they resolve to.
bool is_inside_name(std::string_view text) {
  auto host = in_lower_case(text);
  if (host.ends_with('.')) host.pop_back();
  constexpr std::string_view kInside[] = {"localhost", "local", "internal"};
  return std::any_of(std::begin(kInside), std::end(kInside), [&](std::string_view name) {
    return host == name || host.ends_with("." + std::string(name));
  });
}

Error refused(std::string_view why) {
  return {ErrorClass::config, "URL is not allowed: " + std::string(why)};
}

}  // namespace

bool is_public(std::span<const std::uint8_t> address) {
  if (address.size() == 4) return !in_any(address, kPrivateIpv4);
  return address.size() == 16 && in_block(address, kGlobalIpv6) && !in_any(address, kPrivateIpv6);
}

Status check_url(std::string_view text) {
  const auto url = parse(text);
  if (!url) return refused("it cannot be read, or names a user");
  const auto scheme = part(url, CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") return refused("http or https is needed");
  return Done{};
}

Status check_public_url(std::string_view text, std::span<const std::uint16_t> ports) {
  const auto url = parse(text);
  if (!url) return refused("it cannot be read, or names a user");
  if (part(url, CURLUPART_SCHEME) != "https") return refused("https is needed");
  if (!part(url, CURLUPART_FRAGMENT).empty()) return refused("it has a fragment");

  const auto port = part(url, CURLUPART_PORT);
  if (std::none_of(ports.begin(), ports.end(),
                   [&](auto allowed) { return std::to_string(allowed) == port; }))
    return refused("port " + port + " is not open to it");
  const auto host = part(url, CURLUPART_HOST);
  if (!part(url, CURLUPART_ZONEID).empty() || !literal_is_public(host).value_or(true) ||
      is_inside_name(host))
    return refused("its host is not on the public Internet");
  return Done{};
}

}  // namespace conserje
