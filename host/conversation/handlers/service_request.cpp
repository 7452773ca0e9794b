#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"

namespace conserje {

// The staff is told, and the assistant goes on: towels need no conversation.
Step service_request(const Turn& turn) {
  Say told = then_resume(turn, say("service.passed_on", {{"hotel", turn.pipeline.hotel.name}}));
  told.events = {service_requested("service_request", turn.said.topic)};
  return told;
}

}  // namespace conserje
