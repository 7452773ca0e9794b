#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step confirm(const Turn& turn) {
  const Session& session = turn.session;
  if (!session.proposal.kind.empty()) return Act{session.proposal};
  if (session.pending == "human") return hand_off(turn, "fallback");
  if (!session.pending.empty()) return ask(session.pending);  // The question wants more than a yes.
  return say("confirm.nothing");
}

}  // namespace conserje
