#include <utility>

#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {
namespace {

Proposal stay_until(const pms::Reservation& reservation, std::chrono::minutes time) {
  return {.kind = "late_checkout",
          .before = reservation,
          .modify = {.id = reservation.id, .notes = "Late check-out: " + clock_text(time)},
          .until = time};
}

/// No later than the house allows: may it be that?
Say offer_latest(const pms::Reservation& reservation, std::chrono::minutes latest) {
  Say offer = say("late_checkout.offer_latest", {{"time", clock_text(latest)}});
  ask_yes_or_no(offer, stay_until(reservation, latest));
  return offer;
}

Say leave_it_to_the_staff(std::chrono::minutes time) {
  Say passed_on = say("late_checkout.passed_on", {{"time", clock_text(time)}});
  passed_on.events = {service_requested("late_checkout", clock_text(time))};
  passed_on.ends_flow = true;
  return passed_on;
}

}  // namespace

Step late_checkout(const Turn& turn) {
  if (!turn.offering.rooms) return out_of_scope(turn);
  if (!turn.reservations) return find_reservations(turn);
  auto meant = meant_reservation(turn);
  if (!meant.reservation) return std::move(meant.otherwise);
  const auto& time = turn.session.slots.time;
  if (!time) return ask("time");

  const Hotel& hotel = turn.pipeline.hotel;
  if (*time <= hotel.check_out) {
    Say needless = say("late_checkout.not_needed", {{"time", clock_text(hotel.check_out)}});
    needless.ends_flow = true;
    return needless;
  }
  if (!hotel.latest_check_out) return leave_it_to_the_staff(*time);
  if (*time > *hotel.latest_check_out)
    return offer_latest(*meant.reservation, *hotel.latest_check_out);
  return Act{stay_until(*meant.reservation, *time)};
}

}  // namespace conserje
