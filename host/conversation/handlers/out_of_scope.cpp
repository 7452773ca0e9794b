#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step out_of_scope(const Turn& turn) {
  return then_resume(turn,
                     say(of_house(turn, "out_of_scope"), {{"hotel", turn.pipeline.hotel.name}}));
}

}  // namespace conserje
