#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "conserje/result.hpp"

namespace conserje {

/// Whether an address of 4 (IPv4) or 16 (IPv6) bytes in network order belongs to the public
/// Internet: not loopback, private, link-local, shared, documentation, multicast or reserved, nor
/// an IPv6 form that carries such an IPv4 address. Pure. Source: the IANA special-purpose address
/// registries.
bool is_public(std::span<const std::uint8_t> address);

/// Whether a URL is one that can be called at all: http or https, and no user in it. Errors:
/// `config`.
Status check_url(std::string_view url);

/// Whether a URL that a tenant or a guest may have written is fit to be called, before any name is
/// looked up: https, one of `ports`, no user, no fragment, no name that means the inside of a
/// network, no address that is not public in whatever spelling (2130706433, 0x7f.1,
/// [::ffff:127.0.0.1]). Names are checked again when they are connected to. Errors: `config`.
Status check_public_url(std::string_view url, std::span<const std::uint16_t> ports);

}  // namespace conserje
