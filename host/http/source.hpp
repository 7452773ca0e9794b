#pragma once

#include <span>
#include <string>
#include <string_view>

#include "guard/network.hpp"

namespace conserje {

/// The numeric address that a request comes from. Behind a reverse proxy that is in
/// X-Forwarded-For: its entries are read from the last one on, and the first that is not of a
/// trusted proxy is the source. Whatever stands before it could be anybody's invention, and so
/// could all of it when `peer` is no trusted proxy. An entry that is no address ends the search at
/// the proxy that wrote it.
/// peer: InboundRequest::peer. header_block: InboundRequest::header_block. Pure.
std::string source_of(std::string_view peer, std::string_view header_block,
                      std::span<const Network> trusted_proxies);

/// What requests of a source are counted under: itself, or its /64, all of which is one customer's,
/// for IPv6.
std::string counted_as(std::string_view source);

}  // namespace conserje
