#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conserje/pms_types.hpp"
#include "guard/local_time.hpp"
#include "pipeline/finding.hpp"

/// A dialogue as a file: what guests write at which house, and what must come of each message.
namespace conserje {

/// A call to the PMS or an event that must come, and what must stand in it.
struct Expected {
  std::string name{};  // create, reservation.created, ...
  /// By the place in its JSON ("stay.adults"): texts as they are, all else as JSON writes it.
  std::vector<std::pair<std::string, std::string>> fields{};
  Position at{};

  bool operator==(const Expected&) const = default;
};

/// What may be exchanged among the turns around a turn.
enum class Order : unsigned char {
  fixed,
  alone,  // Leads to the same wherever it stands among neighbours of this kind.
  slot,   // Names a value of the flow: neighbours of this kind may come in any order.
};

/// One message of a guest and what must come of it. What is not set is not looked at, but for
/// events and for writes to the PMS: those must not come unless they are named.
struct DialogueTurn {
  Position at{};
  std::map<std::string, Position, std::less<>> places{};  // Of each key.

  std::string guest{};    // What he writes;
  std::string press{};    // or the id of the button that he presses;
  std::string send{};     // or the kind of a file that he sends: image, audio, ...
  std::string from{};     // Which guest; empty: the only one.
  std::string channel{};  // Of the house; empty: its first.
  Millis wait{};          // That passes before.

  std::string intent{};                               // Of the handler that answered.
  std::string reply{};                                // The whole of it.
  std::vector<std::string> says{};                    // Parts of the reply.
  std::vector<std::string> never_says{};              // What must not stand in it.
  std::optional<std::string> asks{};                  // Session::pending; empty: nothing is asked.
  std::optional<std::vector<std::string>> buttons{};  // Their ids.
  std::optional<std::vector<Expected>> calls{};       // All of them, in order.
  std::vector<Expected> events{};                     // All of them, in order.
  bool silent = false;                                // There is no reply.

  Order order = Order::fixed;
  std::string answers{};  // With Order::slot: dates, nights, party_size, room_type, guest_name; of
                          // a table day, hour and area.

  bool operator==(const DialogueTurn&) const = default;
};

/// A reservation that is there before the dialogue begins.
struct Given {
  std::string guest{};  // Whose; empty: the only one's.
  pms::ReservationRequest request{};
};

struct Script {
  std::filesystem::path file{};
  std::filesystem::path house{};  // Its pipeline definition.
  LocalTime clock{};              // At the first turn, in the house's time zone.
  std::string language{};         // Of every reply.
  std::vector<Given> given{};
  std::vector<std::string> mutations{};  // That make sense of it; see mutate.hpp.
  std::vector<DialogueTurn> turns{};
};

/// Reads a dialogue file; every finding at once. Usable only without errors among them.
Script read_script(std::string_view text, const std::filesystem::path& file,
                   std::vector<Finding>& findings);

inline constexpr std::size_t kMostTurns = 200;

}  // namespace conserje
