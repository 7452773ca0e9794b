#include <utility>

#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step cancel_reservation(const Turn& turn) {
  if (!turn.reservations) return find_reservations(turn);
  auto meant = meant_reservation(turn);
  if (!meant.reservation) return std::move(meant.otherwise);

  Say question = about("cancel.summary", *meant.reservation);
  ask_yes_or_no(question, {.kind = "cancel", .cancel = *meant.reservation});
  return question;
}

}  // namespace conserje
