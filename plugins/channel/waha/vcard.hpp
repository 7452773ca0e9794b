#pragma once

#include <string_view>
#include <vector>

#include "conserje/channel_types.hpp"

namespace conserje::waha {

/// The people in one text of vCards, 3.0 as WhatsApp writes it; at most kMostCards. Lines that say
/// nothing of use are passed over; a card without a name has its first number as name, and one
/// without either is left out. Pure. Source: RFC 6350; the parameter `waid` is WhatsApp's, the
/// digits of the account.
std::vector<channel::Contact> read_vcards(std::string_view text);
inline constexpr std::size_t kMostCards = 32;

}  // namespace conserje::waha
