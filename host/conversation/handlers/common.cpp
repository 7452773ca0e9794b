#include "conversation/handlers/common.hpp"

#include <utility>

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

TextArgs stay_args(const pms::Stay& stay) {
  const Date check_in = parse_date(stay.check_in).value_or(Date());
  const Date check_out = parse_date(stay.check_out).value_or(Date());
  return {{"check_in", check_in},
          {"check_out", check_out},
          {"nights", std::int64_t{days_between(check_in, check_out)}},
          {"adults", stay.adults},
          {"children", stay.children}};
}

TextArgs reservation_args(const pms::Reservation& reservation) {
  TextArgs args = stay_args(reservation.stay);
  args.emplace_back("reference",
                    reservation.reference.empty() ? reservation.id : reservation.reference);
  args.emplace_back("room",
                    reservation.room_name.empty() ? reservation.room_type : reservation.room_name);
  args.emplace_back("name", reservation.guest_name);
  args.emplace_back("total", reservation.total);
  return args;
}

Say choose_reservation(const std::vector<pms::Reservation>& reservations) {
  Say choice = say("reservation.several");
  for (const auto& reservation : reservations)
    choice.lines.push_back({"reservation.line", reservation_args(reservation)});
  choice.lines.push_back({"ask.code", {}});
  choice.asks = "code";
  return choice;
}

}  // namespace conserje
