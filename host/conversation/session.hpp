#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/json.hpp"
#include "conserje/pms_types.hpp"
#include "conserje/time.hpp"

namespace conserje {

/// What a guest has told us about the stay, over any number of messages.
struct Slots {
  std::string unit{};              // room or table; empty: he has not said what he speaks of.
  std::optional<Date> check_in{};  // With a table: its day.
  std::optional<Date> check_out{};
  std::optional<int> nights{};
  std::optional<int> adults{};
  int children = 0;
  std::string room_type{};
  std::string guest_name{};
  std::string code{};                          // A reservation's reference, as the guest wrote it.
  std::optional<std::chrono::minutes> time{};  // Since midnight.
  /// "a las 8": the other half of the day that it may mean.
  std::optional<std::chrono::minutes> other_time{};
  std::string area{};   // Of a table: a key of the PMS, or kAnyArea.
  std::string notes{};  // For the house, in the guest's words.

  bool operator==(const Slots&) const = default;
};

/// Which area the guest does not mind.
inline constexpr std::string_view kAnyArea = "any";

/// What we have put before the guest and wait a yes or no for.
struct Proposal {
  std::string kind{};  // create, cancel, modify, late_checkout, or empty: none
  pms::ReservationRequest create{};
  pms::Reservation cancel{};
  pms::Reservation before{};                    // With modify and late_checkout: as it is now,
  pms::ModifyRequest modify{};                  // and what of it changes.
  std::optional<std::chrono::minutes> until{};  // With late_checkout: on the last day.
  std::string answered{};  // What the guest asked besides, answered in his language.

  bool operator==(const Proposal&) const = default;
};

/// A flow that waits while the guest sees to something else.
struct Parked {
  std::string flow{};  // Empty: none.
  std::string pending{};
  Slots slots{};

  bool operator==(const Parked&) const = default;
};

/// What a guest asked for together with something else that is seen to first.
struct Waiting {
  std::string intent{};
  Slots slots{};  // What that message named.

  bool operator==(const Waiting&) const = default;
};

/// One guest's dialogue between two messages. Table `sessions`, column `data`.
struct Session {
  std::string language{};  // ISO 639-1; empty until the guest has said something.
  std::string flow{};      // The intent whose slots are being filled; empty: none.
  std::string pending{};   // What we asked last: the end of a text's key, ask.<pending>.
  Slots slots{};
  Proposal proposal{};
  Parked parked{};
  std::vector<Waiting> waiting{};      // In his order; at most kMaxWaiting.
  std::vector<std::string> intents{};  // The last ones, oldest first; at most kRememberedIntents.
  std::int64_t fallbacks = 0;          // In a row.
  std::int64_t silent_until_ms = 0;    // Handed to a person until then.
  std::int64_t minute_ms = 0;          // When the minute began in which
  std::int64_t minute_messages = 0;    // so many came of him.

  bool operator==(const Session&) const = default;
};

inline constexpr std::size_t kRememberedIntents = 10;
inline constexpr std::size_t kMaxWaiting = 3;

/// "9:05"
std::string clock_text(std::chrono::minutes since_midnight);

void write(JsonWriter& out, const Proposal& proposal);
void read(const Json& json, Proposal& proposal);
void write(JsonWriter& out, const Session& session);
void read(const Json& json, Session& session);

}  // namespace conserje
