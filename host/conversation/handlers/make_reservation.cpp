#include <algorithm>

#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"
#include "conversation/handlers/tables.hpp"

namespace conserje {
namespace {

Say propose(const Turn& turn, const pms::Stay& stay, const pms::RoomOffer& offer) {
  const Slots& slots = turn.session.slots;
  TextArgs args = stay_args(stay);
  args.emplace_back("room", offer.name);
  args.emplace_back("total", offer.total);
  args.emplace_back("name", slots.guest_name);

  Say summary = say("reservation.summary", std::move(args));
  ask_yes_or_no(summary, {.kind = "create",
                          .create = {.guest_name = slots.guest_name,
                                     .guest_key = turn.guest_key,
                                     .room_type = offer.room_type,
                                     .stay = stay,
                                     .expected_total = offer.total}});
  return summary;
}

}  // namespace

Step make_reservation(const Turn& turn) {
  if (auto step = unless_room(turn)) return *std::move(step);
  if (auto question = ask_for_stay(turn)) return *std::move(question);
  const Slots& slots = turn.session.slots;
  const pms::Stay stay = *stay_of(slots);
  if (!turn.availability) return Lookup{pms::AvailabilityRequest{.stay = stay}};

  if (slots.room_type.empty()) return check_availability(turn);
  const auto& offers = turn.availability->offers;
  const auto offer = std::ranges::find(offers, slots.room_type, &pms::RoomOffer::room_type);
  if (offer == offers.end()) {
    Step others = check_availability(turn);
    if (auto* text = std::get_if<Say>(&others); text != nullptr && !offers.empty())
      text->lines.insert(text->lines.begin(), Line{"availability.not_that_room", {}});
    return others;
  }
  if (slots.guest_name.empty()) return ask("guest_name");
  return propose(turn, stay, *offer);
}

}  // namespace conserje
