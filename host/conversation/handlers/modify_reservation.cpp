#include <algorithm>
#include <utility>

#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"
#include "conversation/handlers/tables.hpp"
#include "pms/gateway.hpp"

namespace conserje {
namespace {

/// The stay with what the guest has named of it: another arrival keeps its length, another length
/// its arrival. nullopt: it would end before it begins.
std::optional<pms::Stay> changed_stay(const pms::Stay& stay, const Slots& slots) {
  const Date arrival = parse_date(stay.check_in).value_or(Date());
  const Date departure = parse_date(stay.check_out).value_or(Date());
  const Date from = slots.check_in.value_or(arrival);
  const int nights = slots.nights.value_or(days_between(arrival, departure));
  const Date to =
      slots.check_out.value_or(slots.check_in || slots.nights ? add_days(from, nights) : departure);
  if (days_between(from, to) < 1 || days_between(from, to) > kMaxNights) return std::nullopt;
  return pms::Stay{.check_in = format_date(from),
                   .check_out = format_date(to),
                   .adults = slots.adults.value_or(static_cast<int>(stay.adults)),
                   .children = slots.adults         ? slots.children
                               : slots.children > 0 ? slots.children
                                                    : stay.children};
}

/// The reservation as it would be.
pms::Reservation changed(pms::Reservation reservation, const pms::Stay& stay, const Slots& slots) {
  reservation.stay = stay;
  if (!slots.guest_name.empty()) reservation.guest_name = slots.guest_name;
  if (!slots.room_type.empty() && slots.room_type != reservation.room_type) {
    reservation.room_type = slots.room_type;
    reservation.room_name.clear();
  }
  return reservation;
}

bool is_another_room(const pms::Reservation& before, const pms::Reservation& after) {
  return before.stay != after.stay || before.room_type != after.room_type;
}

/// Whether some night is in both, in the same kind of room: then the guest's own reservation takes
/// one of the rooms that are asked for.
bool shares_a_night(const pms::Reservation& a, const pms::Reservation& b) {
  return a.room_type == b.room_type && a.stay.check_in < b.stay.check_out &&
         b.stay.check_in < a.stay.check_out;
}

/// What there is instead, if anything.
Say not_available(const std::vector<pms::RoomOffer>& offers) {
  Say none = say("modify.not_available");
  if (!offers.empty()) none.lines.push_back({"modify.other_rooms", {}});
  for (const auto& offer : offers) none.lines.push_back(priced(offer));
  none.lines.push_back({"ask.change", {}});
  none.asks = "change";
  return none;
}

Say ask_for_other_dates(std::string why) {
  Say question = say(std::move(why));
  question.asks = "dates";
  return question;
}

}  // namespace

Step modify_reservation(const Turn& turn) {
  if (!turn.reservations) return find_reservations(turn);
  auto meant = meant_reservation(turn);
  if (!meant.reservation) return std::move(meant.otherwise);

  const auto& before = *meant.reservation;
  if (is_table(before.stay)) return modify_table(turn, before);
  const auto stay = changed_stay(before.stay, turn.session.slots);
  if (!stay) return ask("dates");
  auto after = changed(before, *stay, turn.session.slots);
  if (after == before) return ask("change");
  if (!is_another_room(before, after)) return propose_change(before, after);
  if (after.stay.check_in != before.stay.check_in && after.stay.check_in < format_date(turn.today))
    return ask_for_other_dates("dates.past");

  if (!turn.availability) return Lookup{pms::AvailabilityRequest{.stay = after.stay}};
  const auto& offers = turn.availability->offers;
  const auto offer = std::ranges::find(offers, after.room_type, &pms::RoomOffer::room_type);
  if (offer == offers.end()) {
    // Nobody but the PMS knows whether it would do but for this very reservation.
    if (offers.empty() && shares_a_night(before, after))
      return hand_off(turn, "modify_reservation");
    return not_available(offers);
  }
  after.room_name = offer->name;
  after.total = offer->total;
  return propose_change(before, after);
}

}  // namespace conserje
