#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace conserje {

/// An address of IPv6, or of IPv4 in its mapped form ::ffff:a.b.c.d, so that both compare alike.
struct Address {
  std::array<std::uint8_t, 16> bytes{};  // Network order.

  bool is_v4() const;
  bool operator==(const Address&) const = default;
};

/// A numeric address: "10.0.0.1", "fd00::1" without brackets or zone. Pure.
std::optional<Address> parse_address(std::string_view text);

/// The shortest form; IPv4 with its dots.
std::string to_string(const Address& address);

/// All addresses that begin with the same bits.
struct Network {
  Address first{};      // The bits behind the prefix are 0.
  unsigned bits = 128;  // Of the sixteen bytes: 10.0.0.0/8 has 104.

  bool contains(const Address& address) const;
  bool operator==(const Network&) const = default;
};

/// "10.0.0.0/8", "fd00::/8", or one address. nullopt: it is none, or bits stand behind the prefix,
/// which is more often a mistake than meant. Pure.
std::optional<Network> parse_network(std::string_view text);

/// The network of `bits` (of sixteen bytes) that `address` lies in.
Network network_of(const Address& address, unsigned bits);

}  // namespace conserje
