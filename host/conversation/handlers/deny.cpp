#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step deny(const Turn& turn) {
  const std::string& kind = turn.session.proposal.kind;
  Say answer = say(kind == "create"   ? "deny.not_reserved"
                   : kind == "cancel" ? "deny.not_cancelled"
                                      : "deny.nothing");
  answer.ends_flow = true;
  return answer;
}

}  // namespace conserje
