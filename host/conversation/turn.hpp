#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "conserje/pms_types.hpp"
#include "conversation/session.hpp"
#include "conversation/slots.hpp"
#include "guard/clock.hpp"
#include "pipeline/pipeline.hpp"

namespace conserje {

/// A value inside a text. Dates and money are written in the guest's language by Texts.
using TextValue = std::variant<std::string, std::int64_t, Date, pms::Money>;
using TextArgs = std::vector<std::pair<std::string, TextValue>>;

/// One line of a text by its key, and what fills its places.
struct Line {
  std::string key{};
  TextArgs args{};

  bool operator==(const Line&) const = default;
};

/// A button: `id` comes back as Said::choice; the title is the text `key`.
struct Button {
  std::string id{};
  std::string key{};
  std::optional<Line> detail{};  // Under the title, where the buttons are a list.

  bool operator==(const Button&) const = default;
};

/// Something to tell the sinks; its id, time and guest come with the message that caused it.
struct EventDraft {
  std::string type{};
  std::string severity = "info";
  Json data = Json::object();

  bool operator==(const EventDraft&) const = default;
};

/// Says something and waits for the guest.
struct Say {
  std::vector<Line> lines{};
  std::string asks{};  // Session::pending from now on; empty: nothing is asked.
  std::vector<Button> buttons{};
  std::string list{};        // The title (a text's key) under which the buttons are a list.
  bool shows_place = false;  // Where the house is, on the map.
  std::string shows_code{};  // A reservation's reference, to be shown at the reception.
  std::optional<Proposal> proposal{};  // Waits for yes or no; with asks == "confirm".
  bool ends_flow = false;              // The slots are forgotten but for the guest's name.
  std::string deposit_of{};            // The reservation whose deposit the message's file shows.
  std::vector<EventDraft> events{};    // The engine adds which conversation they are of.

  bool operator==(const Say&) const = default;
};

/// Reads from the PMS, then asks the handler again.
struct Lookup {
  std::variant<pms::AvailabilityRequest, pms::FindRequest, pms::TablesRequest> query{};

  bool operator==(const Lookup&) const = default;
};

/// Writes to the PMS. Kept in the journal (table `acts`) before it runs, so that it is the same
/// after a crash.
struct Act {
  Proposal proposal{};  // What the guest said yes to.

  bool operator==(const Act&) const = default;
};

/// Gives the guest to a person.
struct HandOff {
  Say say{};
  std::string reason{};
  bool urgent = false;  // At any hour, and the staff is alarmed.

  bool operator==(const HandOff&) const = default;
};

/// What a handler wants next.
using Step = std::variant<Say, Lookup, Act, HandOff>;

/// What a house reserves.
struct Offering {
  bool rooms = true;
  bool tables = false;

  bool operator==(const Offering&) const = default;
};

/// The PMS's tables, and what it was asked.
struct FoundTables {
  pms::TablesRequest asked{};
  pms::Tables found{};

  bool operator==(const FoundTables&) const = default;
};

/// All that a handler may look at: it is a function from this to the next step.
struct Turn {
  const Session& session;  // With this message's slots merged in.
  const Said& said;
  const Pipeline& pipeline;  // The house: hours, FAQ, languages.
  Date today;                // In the house's time zone.
  std::string guest_key;     // Whom the PMS finds a guest's reservations by.

  std::optional<pms::Availability> availability{};  // The answer to a Lookup, when there was one.
  std::optional<std::vector<pms::Reservation>> reservations{};
  std::optional<FoundTables> tables{};
  bool offers_readings = true;  // What is not understood may be put before the guest as choices.
  Offering offering{};
  Millis time_of_day{};  // Since midnight, in the house's time zone.
};

}  // namespace conserje
