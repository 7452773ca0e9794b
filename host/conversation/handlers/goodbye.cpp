#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step goodbye(const Turn& turn) { return say("goodbye", {{"hotel", turn.pipeline.hotel.name}}); }

}  // namespace conserje
