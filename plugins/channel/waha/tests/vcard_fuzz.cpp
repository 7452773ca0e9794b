// Any bytes as the cards that a guest passed on.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "vcard.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cards = conserje::waha::read_vcards(text);
  if (cards.size() > conserje::waha::kMostCards) std::abort();
  for (const auto& card : cards)
    if (card.name.empty()) std::abort();
  return 0;
}
