#include "conversation/consequence.hpp"

#include <utility>

#include "conserje/date_time.hpp"
#include "conversation/handlers/common.hpp"
#include "pms/gateway.hpp"

namespace conserje {
namespace {

/// The fields that consumers know; no personal data.
EventDraft reservation_event(std::string type, std::string severity,
                             const pms::Reservation& reservation, std::string status,
                             const Pipeline& pipeline) {
  EventDraft event{.type = std::move(type),
                   .severity = std::move(severity),
                   .data = {{"reservation_id", reservation.reference},
                            {"pms_id", reservation.id},
                            {"date_time", reserved_time(reservation.stay, pipeline)},
                            {"party_size", reservation.stay.adults + reservation.stay.children},
                            {"status", std::move(status)},
                            {"restaurant", pipeline.hotel.name}}};
  if (is_table(reservation.stay)) {
    event.data["area"] = reservation.room_type;
    event.data["duration_minutes"] = reservation.stay.duration_minutes;
  } else {
    event.data["check_in"] = reservation.stay.check_in;
    event.data["check_out"] = reservation.stay.check_out;
    event.data["room_type"] = reservation.room_type;
  }
  return event;
}

pms::Reservation as_asked(const pms::ReservationRequest& request) {
  return {.reference = request.reference,
          .state = "requested",
          .guest_name = request.guest_name,
          .guest_key = request.guest_key,
          .room_type = request.room_type,
          .stay = request.stay,
          .total = request.expected_total.value_or(pms::Money{})};
}

Say ending(Line line) { return {.lines = {std::move(line)}, .ends_flow = true}; }

Say ending(std::string key, TextArgs args = {}) {
  return ending(Line{std::move(key), std::move(args)});
}

}  // namespace

std::string reserved_time(const pms::Stay& stay, const Pipeline& pipeline) {
  if (is_table(stay)) return stay.date_time;
  const auto day = parse_date(stay.check_in);
  return day ? format_date_time(at_time(*day, pipeline.hotel.check_in)) : "";
}

Consequence after_create(const pms::ReservationRequest& request,
                         const Result<pms::ReservationAnswer>& answer, const Pipeline& pipeline) {
  if (!answer || (answer->outcome == "done" && !answer->reservation)) {
    const Error error = answer
                            ? Error{ErrorClass::bug, "the PMS said done and named no reservation"}
                            : answer.error();
    EventDraft failed =
        reservation_event("reservation.failed", "critical", as_asked(request), "failed", pipeline);
    failed.data["error_class"] = to_string(error.error_class);
    return {.say = ending("reservation.we_will_call_you"),
            .events = {std::move(failed)},
            .state = ReservationState::failed,
            .reservation = as_asked(request),
            .dead_letter = error};
  }
  if (answer->outcome != "done") {
    Say sold_out = about("reservation.no_availability", as_asked(request));
    sold_out.asks = is_table(request.stay) ? "hour" : "room_type";
    return {.say = std::move(sold_out), .reservation = as_asked(request), .sold_out = true};
  }
  const auto& made = *answer->reservation;
  Say told = ending(line_about("reservation.created", made));
  told.shows_code = code_of(made);
  return {.say = std::move(told),
          .events = {reservation_event("reservation.created", "info", made, "confirmed", pipeline)},
          .state = ReservationState::confirmed,
          .reservation = made};
}

Consequence after_cancel(const pms::Reservation& known,
                         const Result<pms::ReservationAnswer>& answer, const Pipeline& pipeline) {
  if (!answer) {
    EventDraft failed =
        reservation_event("reservation.failed", "critical", known, "cancellation_failed", pipeline);
    failed.data["error_class"] = to_string(answer.error().error_class);
    return {.say = ending("cancel.failed"),
            .events = {std::move(failed)},
            .reservation = known,
            .dead_letter = answer.error()};
  }
  if (answer->outcome != "done") return {.say = ending("cancel.not_found"), .reservation = known};

  return {
      .say = ending(line_about("cancel.done", known)),
      .events = {reservation_event("reservation.cancelled", "info", known, "cancelled", pipeline)},
      .state = ReservationState::cancelled,
      .reservation = answer->reservation.value_or(known)};
}

Consequence after_modify(const Proposal& proposal, const Result<pms::ReservationAnswer>& answer,
                         const Pipeline& pipeline) {
  const auto& before = proposal.before;
  const bool is_late_checkout = proposal.kind == "late_checkout";
  if (!answer) {
    EventDraft failed = reservation_event("reservation.failed", "critical", before,
                                          "modification_failed", pipeline);
    failed.data["error_class"] = to_string(answer.error().error_class);
    return {.say = ending("modify.failed"),
            .events = {std::move(failed)},
            .reservation = before,
            .dead_letter = answer.error()};
  }
  if (answer->outcome == "no_availability") {
    Say none = say("modify.not_available");
    none.asks = is_table(before.stay) ? "change_table" : "change";
    none.lines.push_back({"ask." + none.asks, {}});
    return {.say = std::move(none), .reservation = before};
  }
  if (answer->outcome != "done") return {.say = ending("modify.not_found"), .reservation = before};

  const auto& after = answer->reservation.value_or(before);
  auto told = reservation_event("reservation.modified", "info", after,
                                is_late_checkout ? "late_checkout" : "modified", pipeline);
  if (proposal.until) told.data["check_out_time"] = clock_text(*proposal.until);
  return {
      .say = is_late_checkout
                 ? ending("late_checkout.granted",
                          {{"time", clock_text(proposal.until.value_or(pipeline.hotel.check_out))}})
                 : ending(line_about("modify.done", after)),
      .events = {std::move(told)},
      .state = ReservationState::confirmed,
      .reservation = after};
}

std::optional<ReservationRow> row_of(const Consequence& consequence, const Holder& holder,
                                     const Pipeline& pipeline) {
  if (!consequence.state) return std::nullopt;
  const auto& made = consequence.reservation;
  return ReservationRow{
      .reference = made.reference.empty() ? holder.pms + "/" + made.id : made.reference,
      .tenant = holder.tenant,
      .lane = holder.lane,
      .guest_name = made.guest_name,
      .pms = holder.pms,
      .pms_id = made.id,
      .state = *consequence.state,
      .date_time = reserved_time(made.stay, pipeline),
      .data = encode(made),
      .created = holder.at,
      .updated = holder.at,
      .last_day = made.stay.check_out};
}

std::optional<DeadLetterRow> dead_letter_of(const Consequence& consequence,
                                            const Proposal& proposal, const std::string& tenant,
                                            WallTime at) {
  if (!consequence.dead_letter) return std::nullopt;
  return DeadLetterRow{.tenant = tenant,
                       .kind = DeadLetterKind::reservation,
                       .source = consequence.reservation.reference,
                       .reason = consequence.dead_letter->message,
                       .error_class = consequence.dead_letter->error_class,
                       .payload = encode(proposal),
                       .attempts = 1,
                       .created = at};
}

EventDraft handoff_opened(const std::string& conversation, const std::string& reason, bool urgent) {
  EventDraft event{.type = "handoff.opened",
                   .severity = urgent ? "critical" : "warning",
                   .data = {{"conversation_id", conversation}, {"reason", reason}}};
  if (urgent) event.data["urgent"] = true;
  return event;
}

}  // namespace conserje
