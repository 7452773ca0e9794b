#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

// The first time we ask again; the second time in a row we offer a person, the third we call one.
Step fallback(const Turn& turn) {
  if (turn.session.fallbacks >= 3) return human(turn);
  if (turn.session.fallbacks == 2) {
    Say offer = say("fallback.offer_human");
    offer.buttons = {{"intent:human", "button.human"}};
    return then_resume(turn, std::move(offer));
  }
  return then_resume(turn, say("fallback.rephrase"));
}

}  // namespace conserje
