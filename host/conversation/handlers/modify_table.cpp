#include <utility>

#include "conserje/date_time.hpp"
#include "conversation/handlers.hpp"
#include "conversation/handlers/common.hpp"
#include "conversation/handlers/tables.hpp"

namespace conserje {
namespace {

/// The reservation with what the guest has named of it.
WantedTable changed(const pms::Reservation& before, const Slots& slots) {
  const auto at = parse_date_time(before.stay.date_time).value_or(DateTime());
  return {.day = slots.check_in.value_or(date_of(at)),
          .time = slots.time ? slots.time : time_of(at),
          .other_time = slots.other_time,
          .adults = slots.adults.value_or(static_cast<int>(before.stay.adults)),
          .children = slots.adults         ? slots.children
                      : slots.children > 0 ? slots.children
                                           : before.stay.children,
          .moves = before.id};
}

bool names_another_table(const Slots& slots) {
  return slots.check_in || slots.time || slots.adults || slots.children > 0 || !slots.area.empty();
}

Say ask_for_change(std::string key) {
  Say question = key.empty() ? Say{} : say(std::move(key));
  question.lines.push_back({"ask.change_table", {}});
  question.asks = "change_table";
  return question;
}

Step propose(const pms::Reservation& before, const pms::Reservation& after) {
  if (after == before) return ask_for_change("");
  return propose_change(before, after);
}

}  // namespace

Step modify_table(const Turn& turn, const pms::Reservation& before) {
  const Slots& slots = turn.session.slots;
  auto after = before;
  if (!slots.guest_name.empty()) after.guest_name = slots.guest_name;
  if (!names_another_table(slots)) return propose(before, after);

  const WantedTable wanted = changed(before, slots);
  if (std::chrono::sys_days(wanted.day) < std::chrono::sys_days(turn.today))
    return ask_for_change("table.past_day");
  auto search = find_table(turn, wanted);
  if (search.offers.empty()) return std::move(search.otherwise);

  // Who does not ask for another place keeps his, if it is free then.
  auto picked = pick_area(search.offers, slots.area.empty() ? before.room_type : slots.area);
  if (!picked.offer) return std::move(picked.otherwise);
  after.stay = offered_stay(wanted, *picked.offer);
  after.room_type = picked.offer->area;
  after.room_name = picked.offer->name;
  return propose(before, after);
}

}  // namespace conserje
