#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {
namespace {

/// What stays as it is, by the kind of the proposal.
std::string key_of(const std::string& kind) {
  if (kind == "create") return "deny.not_reserved";
  if (kind == "cancel") return "deny.not_cancelled";
  return kind.empty() ? "deny.nothing" : "deny.not_modified";
}

}  // namespace

Step deny(const Turn& turn) {
  Say answer = say(key_of(turn.session.proposal.kind));
  answer.ends_flow = turn.session.pending != "human";  // Who wants no person goes on as he was.
  return answer;
}

}  // namespace conserje
