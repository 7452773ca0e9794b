#include <utility>

#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

// A picture or document of a guest with a reservation is the receipt of his deposit, until the
// staff has seen that it is not.
Step deposit(const Turn& turn) {
  if (!turn.reservations) return find_reservations(turn);
  for (const auto& reservation : *turn.reservations) {  // The soonest first.
    if (reservation.state != "confirmed") continue;
    const auto& code = code_of(reservation);
    Say taken = then_resume(turn, say("deposit.received", {{"reference", code}}));
    taken.events = {{.type = "deposit.received", .data = {{"reservation_id", code}}}};
    taken.deposit_of = code;
    return taken;
  }
  return then_resume(turn, say("unsupported"));
}

}  // namespace conserje
