#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step human(const Turn& turn) {
  Say answer = say("human.coming", {{"hotel", turn.pipeline.hotel.name}});
  answer.ends_flow = true;
  return HandOff{.say = std::move(answer), .reason = turn.said.intent};
}

}  // namespace conserje
