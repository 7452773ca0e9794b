#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step reservation_status(const Turn& turn) {
  if (!turn.reservations) return find_reservations(turn);
  if (turn.reservations->empty()) return then_resume(turn, say("reservation.not_found"));

  Say list = say("reservation.list");
  for (const auto& reservation : *turn.reservations)
    list.lines.push_back(line_about(
        reservation.state == "cancelled" ? "reservation.line_cancelled" : "reservation.line",
        reservation));
  return then_resume(turn, std::move(list));
}

}  // namespace conserje
