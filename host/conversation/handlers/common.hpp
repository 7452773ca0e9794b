#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conversation/turn.hpp"

/// What several handlers say in the same way.
namespace conserje {

/// A text that asks nothing.
Say say(std::string key, TextArgs args = {});

/// Asks for one slot: the text is "ask.<what>".
Say ask(std::string what);

/// What is still missing of the stay, as a question; nullopt when dates and party are known and lie
/// ahead.
std::optional<Say> ask_for_stay(const Turn& turn);

/// What the house answers to a question about a topic; that it does not know, where it is silent.
/// Who asks where it is sees it on the map as well.
Say about_house(const Turn& turn, const std::string& topic);

/// `said` and then, if the guest was answering a question, that question again.
Say then_resume(const Turn& turn, Say said);

/// Puts `proposal` behind what `said` asks: a yes carries it out.
void ask_yes_or_no(Say& said, Proposal proposal);

/// Puts a reservation before the guest as he wants it; a yes changes what differs.
Say propose_change(const pms::Reservation& before, const pms::Reservation& after);

/// Passes the guest to a person.
HandOff hand_off(const Turn& turn, std::string reason);

/// What the staff should see to, by an event. detail: of a closed set, or empty; never a guest's
/// words.
EventDraft service_requested(std::string kind, const std::string& detail);

/// Asks the PMS for the guest's reservations that are not over.
Lookup find_reservations(const Turn& turn);

/// The reservation that the guest speaks of, of those that were found: the only one, or the one
/// whose code he named. Without one, what is said instead.
struct Meant {
  std::optional<pms::Reservation> reservation{};
  Say otherwise{};
};
Meant meant_reservation(const Turn& turn);

/// Dates, nights and party of a stay for a text: check_in, check_out, nights, adults, children.
TextArgs stay_args(const pms::Stay& stay);

/// What a reservation is called towards its guest: our reference, or else the PMS's id.
const std::string& code_of(const pms::Reservation& reservation);

/// Reference, room and stay for a text; of a table also its date, time and party.
TextArgs reservation_args(const pms::Reservation& reservation);

/// The key of a text that speaks of what the house reserves: "table.<key>" where it has no rooms.
std::string of_house(const Turn& turn, std::string_view key);

/// The line of that key about a reservation; about a table it is "table.<key>".
Line line_about(std::string_view key, const pms::Reservation& reservation);

/// That line alone.
Say about(std::string_view key, const pms::Reservation& reservation);

/// One room with its price, per night where all nights cost the same.
Line priced(const pms::RoomOffer& offer);

/// The button of that room, with its price beside it where the buttons are a list.
Button room_button(const pms::RoomOffer& offer);

/// Nothing is left for that stay; asks for other dates.
Say nothing_left(const pms::Stay& stay);

/// The guest's reservations to choose from, each with its button; asks for the code.
Say choose_reservation(const std::vector<pms::Reservation>& reservations);

}  // namespace conserje
