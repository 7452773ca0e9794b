#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

Step help(const Turn& turn) { return then_resume(turn, say(of_house(turn, "help"))); }

}  // namespace conserje
