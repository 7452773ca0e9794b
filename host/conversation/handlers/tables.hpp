#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/turn.hpp"

/// What the handlers of tables have in common.
namespace conserje {

/// Who asks for something to reserve without a word of what: which is it? And a table where it is
/// one. nullopt: it is a room.
std::optional<Step> unless_room(const Turn& turn);

/// A table that somebody wants, as far as he has said it.
struct WantedTable {
  Date day{};
  std::optional<std::chrono::minutes> time{};
  std::optional<std::chrono::minutes> other_time{};  // See Slots.
  std::int64_t adults = 0;
  std::int64_t children = 0;
  std::string moves{};  // The PMS's id of the reservation that is to be changed; empty: a new one.
};

/// What can be had at the wanted time, one offer for each area; without any the next step: to look
/// it up, or to tell the guest what there is instead.
struct TableSearch {
  std::vector<pms::TableOffer> offers{};
  Step otherwise{Say{}};
};
TableSearch find_table(const Turn& turn, const WantedTable& wanted);

/// The offer of that area; of kAnyArea, and where there is no choice, the first one. Without it
/// the question which area it shall be.
struct PickedTable {
  std::optional<pms::TableOffer> offer{};
  Say otherwise{};
};
PickedTable pick_area(const std::vector<pms::TableOffer>& offers, std::string_view area);

/// The table's stay as it is offered.
pms::Stay offered_stay(const WantedTable& wanted, const pms::TableOffer& offer);

/// So many times are put before a guest instead of the one he wanted.
inline constexpr std::size_t kMostTimes = 3;

// The handlers of what is a table: see handlers.hpp.
Step reserve_table(const Turn& turn);
Step modify_table(const Turn& turn, const pms::Reservation& before);

}  // namespace conserje
