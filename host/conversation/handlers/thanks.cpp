#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step thanks(const Turn& turn) { return then_resume(turn, say("thanks")); }

}  // namespace conserje
