#include "conversation/handlers.hpp"

#include <algorithm>

namespace conserje {
namespace {

constexpr bool kFillsSlots = true;
constexpr bool kIsChoice = true;

constexpr HandlerRow kHandlers[] = {
    {"cancel_reservation", cancel_reservation, kFillsSlots, kIsChoice},
    {"check_availability", check_availability, kFillsSlots, kIsChoice},
    {"complaint", complaint, !kFillsSlots, kIsChoice},
    {"confirm", confirm},
    {"deny", deny},
    {"deposit", deposit},
    {"fallback", fallback},
    {"goodbye", goodbye},
    {"greeting", greeting},
    {"help", help},
    {"hotel_info", hotel_info, !kFillsSlots, kIsChoice},
    {"human", human, !kFillsSlots, kIsChoice},
    {"late_checkout", late_checkout, kFillsSlots, kIsChoice},
    {"make_reservation", make_reservation, kFillsSlots, kIsChoice},
    {"modify_reservation", modify_reservation, kFillsSlots, kIsChoice},
    {"out_of_scope", out_of_scope},
    {"price_quote", price_quote, kFillsSlots, kIsChoice},
    {"reservation_status", reservation_status, !kFillsSlots, kIsChoice},
    {"service_request", service_request, !kFillsSlots, kIsChoice},
    {"thanks", thanks},
};

/// Who is asked about a stay corrects what he has said of it, whatever his words look like: "change
/// it to the 15th" of a reservation that is not made yet, "a double" of one that is to be changed.
bool changes_mind(std::string_view intent, const Session& session) {
  constexpr std::string_view kMake = "make_reservation";
  constexpr std::string_view kModify = "modify_reservation";
  if (session.pending.empty()) return false;
  return (subject_of(session.flow) == kMake && intent == kModify) ||
         (session.flow == kModify && subject_of(intent) == kMake);
}

/// Whether a message that names slots goes on with the flow although its words look like `intent`:
/// "sí, la doble", "no, mejor el 15", or a bare "2".
bool yields_to_flow(const Said& said, const Session& session) {
  if (said.intent == session.flow || said.confidence < kUnderstood) return true;
  if (find_handler(said.intent) == nullptr || changes_mind(said.intent, session)) return true;
  // "La de las 21": an hour, said by who is asked about a table.
  if (said.intent == "late_checkout" && session.slots.unit == "table") return true;
  constexpr std::string_view kYielding[] = {"confirm", "deny", "greeting", "thanks",
                                            "out_of_scope"};
  return std::ranges::find(kYielding, said.intent) != std::end(kYielding);
}

/// Whether two readings are as likely, and lead to different ends.
bool is_ambiguous(const Said& said) {
  return said.confidence - said.rival_confidence < kTooNear && is_choice(said.intent) &&
         is_choice(said.rival) && subject_of(said.intent) != subject_of(said.rival);
}

}  // namespace

std::span<const HandlerRow> handlers() { return kHandlers; }

const HandlerRow* find_handler(std::string_view intent) {
  const auto found = std::ranges::find(kHandlers, intent, &HandlerRow::intent);
  return found == std::end(kHandlers) ? nullptr : found;
}

bool is_choice(std::string_view intent) {
  const auto* row = find_handler(intent);
  return row != nullptr && row->is_choice;
}

std::string_view subject_of(std::string_view flow) {
  const bool rooms =
      flow == "check_availability" || flow == "price_quote" || flow == "make_reservation";
  return rooms ? "make_reservation" : flow;
}

std::string_view route(const Session& session, const Said& said) {
  if (!session.flow.empty() && said.names_slots && yields_to_flow(said, session)) {
    // A room chosen from the offers is a wish to have it, and so is a yes to them.
    const bool chosen = session.pending == "room_type" && !said.slots.room_type.empty();
    const bool agreed = said.intent == "confirm" && subject_of(session.flow) == "make_reservation";
    return chosen || agreed ? "make_reservation" : std::string_view(session.flow);
  }
  if (said.confidence < kUnderstood || is_ambiguous(said)) return "fallback";
  // "Sí" to offers is a wish to reserve.
  if (said.intent == "confirm" && session.proposal.kind.empty() && session.pending != "human" &&
      subject_of(session.flow) == "make_reservation")
    return "make_reservation";
  const auto* row = find_handler(said.intent);
  return row == nullptr ? "fallback" : row->intent;
}

}  // namespace conserje
