#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

// An apology and a person, at any hour; nothing that a machine could say would help more.
Step complaint(const Turn& turn) {
  HandOff to_a_person = hand_off(turn, "complaint");
  to_a_person.say.lines.insert(to_a_person.say.lines.begin(), Line{"complaint.sorry", {}});
  to_a_person.urgent = true;
  return to_a_person;
}

}  // namespace conserje
