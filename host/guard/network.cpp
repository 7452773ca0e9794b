#include "guard/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace conserje {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedBits = 96;
constexpr unsigned kAllBits = 128;

/// A decimal number without sign or leading zeros.
std::optional<unsigned> parse_bits(std::string_view text) {
  unsigned bits = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, bits);
  const bool odd = text.size() > 1 && text[0] == '0';
  if (failure != std::errc{} || stop != end || odd) return std::nullopt;
  return bits;
}

}  // namespace

bool Address::is_v4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes.begin()); }

std::optional<Address> parse_address(std::string_view text) {
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  const std::string terminated(text);
  Address address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  std::ranges::copy(kMapped, address.bytes.begin());
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data() + kMapped.size()) == 1)
    return address;
  return std::nullopt;
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.is_v4()) {
    inet_ntop(AF_INET, address.bytes.data() + kMapped.size(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size());
  }
  return text.data();
}

Network network_of(const Address& address, unsigned bits) {
  Network network{.first = address, .bits = std::min(bits, kAllBits)};
  for (unsigned bit = network.bits; bit < kAllBits; ++bit) {
    auto& byte = network.first.bytes[bit / 8];
    byte = static_cast<std::uint8_t>(byte & ~(0x80U >> (bit % 8)));
  }
  return network;
}

bool Network::contains(const Address& address) const { return network_of(address, bits) == *this; }

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  auto bits = kAllBits;
  if (slash != std::string_view::npos) {
    const bool is_v4 = text.substr(0, slash).find(':') == std::string_view::npos;
    const auto written = parse_bits(text.substr(slash + 1));
    if (!written || *written > (is_v4 ? kAllBits - kMappedBits : kAllBits)) return std::nullopt;
    bits = is_v4 ? *written + kMappedBits : *written;
  }
  const auto network = network_of(*address, bits);
  if (network.first != *address) return std::nullopt;
  return network;
}

}  // namespace conserje
