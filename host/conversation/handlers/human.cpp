#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step human(const Turn& turn) {
  const Hotel& hotel = turn.pipeline.hotel;
  Say answer = say("human.coming", {{"hotel", hotel.name}});
  if (!hotel.phone.empty()) answer.lines.push_back({"human.phone", {{"phone", hotel.phone}}});
  answer.ends_flow = true;
  return HandOff{.say = std::move(answer), .reason = turn.said.intent};
}

}  // namespace conserje
