#pragma once

#include <optional>
#include <string>
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

/// `said` and then, if the guest was answering a question, that question again.
Say then_resume(const Turn& turn, Say said);

/// Dates, nights and party of a stay for a text: check_in, check_out, nights, adults, children.
TextArgs stay_args(const pms::Stay& stay);

/// Reference, room and stay for a text.
TextArgs reservation_args(const pms::Reservation& reservation);

/// The guest's reservations to choose from, each with its button; asks for the code.
Say choose_reservation(const std::vector<pms::Reservation>& reservations);

}  // namespace conserje
