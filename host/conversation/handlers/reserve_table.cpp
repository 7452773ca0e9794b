#include <utility>

#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"
#include "conversation/handlers/tables.hpp"

namespace conserje {
namespace {

/// What is still missing before anybody can look for a table.
std::optional<Say> ask_for_day_and_party(const Turn& turn) {
  const Slots& slots = turn.session.slots;
  if (!slots.check_in) return ask("day");
  if (std::chrono::sys_days(*slots.check_in) < std::chrono::sys_days(turn.today)) {
    Say past = say("table.past_day");
    past.lines.push_back({"ask.day", {}});
    past.asks = "day";
    return past;
  }
  if (!slots.adults) return ask("party_size");
  return std::nullopt;
}

/// Who only asked whether there is one hears so: does he want it?
Say tell_of(const pms::Reservation& table) {
  Say there_is = say("table.available", reservation_args(table));
  there_is.lines.push_back({"ask.reserve", {}});
  there_is.asks = "reserve";
  there_is.buttons = {{"confirm", "button.yes"}, {"deny", "button.no"}};
  return there_is;
}

Say propose(const Turn& turn, const pms::Reservation& table) {
  Say summary = say("table.reservation.summary", reservation_args(table));
  ask_yes_or_no(summary, {.kind = "create",
                          .create = {.guest_name = table.guest_name,
                                     .guest_key = turn.guest_key,
                                     .room_type = table.room_type,
                                     .stay = table.stay,
                                     .notes = turn.session.slots.notes}});
  return summary;
}

}  // namespace

Step reserve_table(const Turn& turn) {
  if (auto question = ask_for_day_and_party(turn)) return *std::move(question);
  const Slots& slots = turn.session.slots;
  const WantedTable wanted{.day = *slots.check_in,
                           .time = slots.time,
                           .other_time = slots.other_time,
                           .adults = *slots.adults,
                           .children = slots.children};
  auto search = find_table(turn, wanted);
  if (search.offers.empty()) return std::move(search.otherwise);

  const bool only_asks = turn.session.flow != "make_reservation";
  auto picked = pick_area(search.offers, only_asks && slots.area.empty() ? kAnyArea : slots.area);
  if (!picked.offer) return std::move(picked.otherwise);
  const pms::Reservation table{.guest_name = slots.guest_name,
                               .room_type = picked.offer->area,
                               .room_name = picked.offer->name,
                               .stay = offered_stay(wanted, *picked.offer)};
  if (only_asks) return tell_of(table);
  if (slots.guest_name.empty()) return ask("guest_name");
  return propose(turn, table);
}

}  // namespace conserje
