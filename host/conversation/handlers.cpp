#include "conversation/handlers.hpp"

#include <algorithm>

namespace conserje {
namespace {

constexpr HandlerRow kHandlers[] = {
    {"cancel_reservation", cancel_reservation, true},
    {"check_availability", check_availability, true},
    {"complaint", human},
    {"confirm", confirm},
    {"deny", deny},
    {"fallback", fallback},
    {"goodbye", goodbye},
    {"greeting", greeting},
    {"help", help},
    {"hotel_info", hotel_info},
    {"human", human},
    {"late_checkout", human},
    {"make_reservation", make_reservation, true},
    {"modify_reservation", human},
    {"price_quote", check_availability, true},
    {"reservation_status", reservation_status},
    {"service_request", human},
    {"thanks", thanks},
};

/// Whether a message that names slots goes on with the flow although its words look like `intent`:
/// "sí, la doble", "no, mejor el 15", or a bare "2".
bool yields_to_flow(const Said& said, const Session& session) {
  if (said.intent == session.flow || said.confidence < kUnderstood) return true;
  constexpr std::string_view kYielding[] = {"confirm", "deny", "greeting", "thanks",
                                            "out_of_scope"};
  return std::ranges::find(kYielding, said.intent) != std::end(kYielding);
}

bool is_about_rooms(std::string_view flow) {
  return flow == "check_availability" || flow == "price_quote" || flow == "make_reservation";
}

}  // namespace

std::span<const HandlerRow> handlers() { return kHandlers; }

const HandlerRow* find_handler(std::string_view intent) {
  const auto found = std::ranges::find(kHandlers, intent, &HandlerRow::intent);
  return found == std::end(kHandlers) ? nullptr : found;
}

std::string_view route(const Session& session, const Said& said) {
  if (!session.flow.empty() && said.names_slots && yields_to_flow(said, session)) {
    // A room chosen from the offers is a wish to have it.
    const bool chosen = session.pending == "room_type" && !said.slots.room_type.empty();
    return chosen ? "make_reservation" : std::string_view(session.flow);
  }
  if (said.confidence < kUnderstood) return "fallback";
  // "Sí" to offers is a wish to reserve.
  if (said.intent == "confirm" && session.proposal.kind.empty() && is_about_rooms(session.flow))
    return "make_reservation";
  const auto* row = find_handler(said.intent);
  return row == nullptr ? "fallback" : row->intent;
}

}  // namespace conserje
