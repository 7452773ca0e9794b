#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {
namespace {

/// The two likeliest readings, to choose from; what nobody can choose is put in other words.
Say clarify(const Turn& turn) {
  const Said& said = turn.said;
  if (!turn.offers_readings || !is_choice(said.intent) || !is_choice(said.rival))
    return then_resume(turn, say("fallback.rephrase"));
  Say question = say("fallback.clarify");
  for (const auto& intent : {said.intent, said.rival})
    question.buttons.push_back({"intent:" + intent, "intent." + intent});
  question.asks = turn.session.pending;  // It is still open, whatever he chooses.
  if (!turn.session.proposal.kind.empty()) question.proposal = turn.session.proposal;
  return question;
}

}  // namespace

// The first time we ask what is meant; the second time in a row we offer a person, the third we
// call one.
Step fallback(const Turn& turn) {
  if (turn.session.fallbacks >= 3) return hand_off(turn, "fallback");
  if (turn.session.fallbacks == 2) {
    Say offer = say("fallback.offer_human");
    offer.buttons = {{"intent:human", "button.human"}};
    offer.asks = "human";
    return offer;
  }
  return clarify(turn);
}

}  // namespace conserje
