#include "conversation/handlers/common.hpp"

#include <utility>

#include "conserje/date_time.hpp"
#include "pms/gateway.hpp"

namespace conserje {

Say say(std::string key, TextArgs args) { return {.lines = {{std::move(key), std::move(args)}}}; }

Say ask(std::string what) {
  Say question = say("ask." + what);
  question.asks = std::move(what);
  return question;
}

std::optional<Say> ask_for_stay(const Turn& turn) {
  const Slots& slots = turn.session.slots;
  if (!slots.check_in) return ask("dates");
  if (std::chrono::sys_days(*slots.check_in) < std::chrono::sys_days(turn.today)) {
    Say past = say("dates.past");
    past.asks = "dates";
    return past;
  }
  if (!slots.check_out && !slots.nights) return ask("nights");
  if (!slots.adults) return ask("party_size");
  if (!stay_of(slots)) return ask("dates");  // The departure is not after the arrival.
  return std::nullopt;
}

Say then_resume(const Turn& turn, Say said) {
  const std::string& pending = turn.session.pending;
  if (pending.empty()) return said;
  said.lines.push_back({"ask." + pending, {}});
  said.asks = pending;
  if (!turn.session.proposal.kind.empty()) said.proposal = turn.session.proposal;
  if (pending == "confirm") said.buttons = {{"confirm", "button.yes"}, {"deny", "button.no"}};
  return said;
}

void ask_yes_or_no(Say& said, Proposal proposal) {
  said.asks = "confirm";
  said.buttons = {{"confirm", "button.yes"}, {"deny", "button.no"}};
  said.proposal = std::move(proposal);
}

Say propose_change(const pms::Reservation& before, const pms::Reservation& after) {
  pms::ModifyRequest request{.id = before.id};
  if (after.stay != before.stay) request.stay = after.stay;
  if (after.room_type != before.room_type) request.room_type = after.room_type;
  if (after.guest_name != before.guest_name) request.guest_name = after.guest_name;
  Say summary = about("modify.summary", after);
  ask_yes_or_no(summary, {.kind = "modify", .before = before, .modify = std::move(request)});
  return summary;
}

HandOff hand_off(const Turn& turn, std::string reason) {
  const Hotel& hotel = turn.pipeline.hotel;
  Say answer = say("human.coming", {{"hotel", hotel.name}});
  if (!hotel.phone.empty()) answer.lines.push_back({"human.phone", {{"phone", hotel.phone}}});
  answer.ends_flow = true;
  return {.say = std::move(answer), .reason = std::move(reason)};
}

EventDraft service_requested(std::string kind, const std::string& detail) {
  EventDraft event{.type = "service.requested", .data = {{"kind", std::move(kind)}}};
  if (!detail.empty()) event.data["detail"] = detail;
  return event;
}

Lookup find_reservations(const Turn& turn) {
  return {pms::FindRequest{.guest_key = turn.guest_key, .from = format_date(turn.today)}};
}

Meant meant_reservation(const Turn& turn) {
  const std::string& code = turn.session.slots.code;
  const std::string unit = turn.session.flow == "late_checkout" ? "room" : turn.session.slots.unit;
  std::vector<pms::Reservation> all;
  std::vector<pms::Reservation> named;
  for (const auto& reservation : turn.reservations.value_or(std::vector<pms::Reservation>())) {
    if (reservation.state != "confirmed") continue;
    if (!unit.empty() && is_table(reservation.stay) != (unit == "table")) continue;
    all.push_back(reservation);
    if (reservation.reference == code || reservation.id == code) named.push_back(reservation);
  }
  if (all.empty()) {
    Say none = say("reservation.not_found");
    none.ends_flow = true;
    return {.otherwise = std::move(none)};
  }
  if (named.size() == 1) return {.reservation = named.front()};
  if (all.size() == 1 && code.empty()) return {.reservation = all.front()};
  Say choice = choose_reservation(all);
  if (!code.empty())
    choice.lines.insert(choice.lines.begin(), Line{"reservation.unknown_code", {{"code", code}}});
  return {.otherwise = std::move(choice)};
}

TextArgs stay_args(const pms::Stay& stay) {
  const Date check_in = parse_date(stay.check_in).value_or(Date());
  const Date check_out = parse_date(stay.check_out).value_or(Date());
  return {{"check_in", check_in},
          {"check_out", check_out},
          {"nights", std::int64_t{days_between(check_in, check_out)}},
          {"adults", stay.adults},
          {"children", stay.children}};
}

const std::string& code_of(const pms::Reservation& reservation) {
  return reservation.reference.empty() ? reservation.id : reservation.reference;
}

TextArgs reservation_args(const pms::Reservation& reservation) {
  TextArgs args = stay_args(reservation.stay);
  args.emplace_back("reference", code_of(reservation));
  args.emplace_back("room",
                    reservation.room_name.empty() ? reservation.room_type : reservation.room_name);
  args.emplace_back("name", reservation.guest_name);
  args.emplace_back("total", reservation.total);
  if (const auto at = parse_date_time(reservation.stay.date_time)) {
    args.emplace_back("date", date_of(*at));
    args.emplace_back("time", clock_text(time_of(*at)));
    args.emplace_back("party", reservation.stay.adults + reservation.stay.children);
  }
  return args;
}

std::string of_house(const Turn& turn, std::string_view key) {
  return (turn.offering.rooms ? "" : "table.") + std::string(key);
}

Line line_about(std::string_view key, const pms::Reservation& reservation) {
  const std::string prefix = is_table(reservation.stay) ? "table." : "";
  return {prefix + std::string(key), reservation_args(reservation)};
}

Say about(std::string_view key, const pms::Reservation& reservation) {
  return {.lines = {line_about(key, reservation)}};
}

Line priced(const pms::RoomOffer& offer) {
  TextArgs args = {
      {"room", offer.name}, {"description", offer.description}, {"total", offer.total}};
  if (!offer.per_night)
    return {"availability.offer", std::move(args)};  // The nights differ in price.
  args.emplace_back("per_night", *offer.per_night);
  return {"availability.offer_per_night", std::move(args)};
}

Button room_button(const pms::RoomOffer& offer) {
  return {"room_type:" + offer.room_type, "=" + offer.name,
          Line{"list.room", {{"total", offer.total}}}};
}

Say nothing_left(const pms::Stay& stay) {
  Say none = say("availability.none", stay_args(stay));
  none.asks = "dates";
  return none;
}

Say choose_reservation(const std::vector<pms::Reservation>& reservations) {
  Say choice = say("reservation.several");
  for (const auto& reservation : reservations) {
    const auto& code = code_of(reservation);
    choice.lines.push_back(line_about("reservation.line", reservation));
    choice.buttons.push_back(
        {"code:" + code, "=" + code, line_about("list.reservation", reservation)});
  }
  choice.list = "list.reservations";
  choice.lines.push_back({"ask.code", {}});
  choice.asks = "code";
  return choice;
}

}  // namespace conserje
