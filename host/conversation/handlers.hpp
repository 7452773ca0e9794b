#pragma once

#include <span>
#include <string_view>

#include "conversation/turn.hpp"

namespace conserje {

/// What is known -> what to do next. Pure: no clock, no I/O, no state.
using Handler = Step (*)(const Turn&);

struct HandlerRow {
  std::string_view intent;
  Handler handler;
  bool fills_slots = false;  // Session::flow stays with it until a Say ends the flow.
  bool is_choice = false;    // May be put before a guest as what he could have meant: text
                             // "intent.<name>".
};

/// Every intent that the conversation knows, one row each.
std::span<const HandlerRow> handlers();

/// The row of an intent, or null.
const HandlerRow* find_handler(std::string_view intent);

/// Whether an intent may be put before a guest as what he could have meant.
bool is_choice(std::string_view intent);

/// What a flow is about: flows of one subject share their slots. Pure.
std::string_view subject_of(std::string_view flow);

/// Which intent answers this message: the one it names, the flow it continues, or "fallback". Pure.
std::string_view route(const Session& session, const Said& said);

/// Below this calibrated confidence an intent is a guess.
inline constexpr double kUnderstood = 0.45;
/// Two readings nearer to each other than this are both possible.
inline constexpr double kTooNear = 0.08;

// One file each in handlers/.
Step cancel_reservation(const Turn& turn);
Step check_availability(const Turn& turn);
Step complaint(const Turn& turn);
Step confirm(const Turn& turn);
Step deny(const Turn& turn);
Step deposit(const Turn& turn);
Step fallback(const Turn& turn);
Step goodbye(const Turn& turn);
Step greeting(const Turn& turn);
Step help(const Turn& turn);
Step hotel_info(const Turn& turn);
Step human(const Turn& turn);
Step late_checkout(const Turn& turn);
Step make_reservation(const Turn& turn);
Step modify_reservation(const Turn& turn);
Step out_of_scope(const Turn& turn);
Step price_quote(const Turn& turn);
Step reservation_status(const Turn& turn);
Step service_request(const Turn& turn);
Step thanks(const Turn& turn);

}  // namespace conserje
