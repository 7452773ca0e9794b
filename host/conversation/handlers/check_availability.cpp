#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"
#include "conversation/handlers/tables.hpp"

namespace conserje {

Step check_availability(const Turn& turn) {
  if (auto step = unless_room(turn)) return *std::move(step);
  if (auto question = ask_for_stay(turn)) return *std::move(question);
  const pms::Stay stay = *stay_of(turn.session.slots);
  if (!turn.availability)
    return Lookup{pms::AvailabilityRequest{.stay = stay, .room_type = turn.said.slots.room_type}};

  const auto& offers = turn.availability->offers;
  if (offers.empty()) return nothing_left(stay);
  Say offered = say("availability.offers", stay_args(stay));
  for (const auto& offer : offers) {
    offered.lines.push_back(priced(offer));
    offered.buttons.push_back(room_button(offer));
  }
  offered.list = "list.rooms";
  offered.lines.push_back({"ask.room_type", {}});
  offered.asks = "room_type";
  return offered;
}

}  // namespace conserje
