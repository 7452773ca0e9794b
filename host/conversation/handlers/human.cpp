#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step human(const Turn& turn) { return hand_off(turn, turn.said.intent); }

}  // namespace conserje
