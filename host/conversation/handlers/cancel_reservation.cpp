#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {
namespace {

std::vector<pms::Reservation> meant(const std::vector<pms::Reservation>& all,
                                    const std::string& code) {
  std::vector<pms::Reservation> out;
  for (const auto& reservation : all)
    if (reservation.state == "confirmed" &&
        (code.empty() || reservation.reference == code || reservation.id == code))
      out.push_back(reservation);
  return out;
}

}  // namespace

Step cancel_reservation(const Turn& turn) {
  if (!turn.reservations)
    return Lookup{pms::FindRequest{.guest_key = turn.guest_key, .from = format_date(turn.today)}};

  const auto candidates = meant(*turn.reservations, turn.session.slots.code);
  if (candidates.empty()) {
    Say none = say("reservation.not_found");
    none.ends_flow = true;
    return none;
  }
  if (candidates.size() > 1) return choose_reservation(candidates);

  Say question = say("cancel.summary", reservation_args(candidates.front()));
  question.asks = "confirm";
  question.buttons = {{"confirm", "button.yes"}, {"deny", "button.no"}};
  question.proposal = Proposal{.kind = "cancel", .cancel = candidates.front()};
  return question;
}

}  // namespace conserje
