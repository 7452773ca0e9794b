#include <utility>

#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"
#include "conversation/handlers/tables.hpp"

namespace conserje {

// The price of the room that the guest named, or of each that there is; then whether he wants it.
Step price_quote(const Turn& turn) {
  if (auto step = unless_room(turn)) return *std::move(step);
  if (auto question = ask_for_stay(turn)) return *std::move(question);
  const Slots& slots = turn.session.slots;
  const pms::Stay stay = *stay_of(slots);
  if (!turn.availability)
    return Lookup{pms::AvailabilityRequest{.stay = stay, .room_type = slots.room_type}};

  const auto& offers = turn.availability->offers;
  if (offers.empty()) return nothing_left(stay);
  Say prices = say("price.offers", stay_args(stay));
  for (const auto& offer : offers) {
    prices.lines.push_back(priced(offer));
    if (offers.size() > 1) prices.buttons.push_back(room_button(offer));
  }
  prices.asks = offers.size() > 1 ? "room_type" : "reserve";
  prices.lines.push_back({"ask." + prices.asks, {}});
  if (prices.asks == "reserve") {
    prices.buttons = {{"confirm", "button.yes"}, {"deny", "button.no"}};
  } else {
    prices.list = "list.rooms";
  }
  return prices;
}

}  // namespace conserje
