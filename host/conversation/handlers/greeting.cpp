#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step greeting(const Turn& turn) {
  return then_resume(turn, say(of_house(turn, "greeting"), {{"hotel", turn.pipeline.hotel.name}}));
}

}  // namespace conserje
