#pragma once

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
  std::optional<Date> check_in{};
  std::optional<Date> check_out{};
  std::optional<int> nights{};
  std::optional<int> adults{};
  int children = 0;
  std::string room_type{};
  std::string guest_name{};
  std::string code{};  // A reservation's reference, as the guest wrote it.

  bool operator==(const Slots&) const = default;
};

/// What we have put before the guest and wait a yes or no for.
struct Proposal {
  std::string kind{};  // create, cancel, or empty: none
  pms::ReservationRequest create{};
  pms::Reservation cancel{};

  bool operator==(const Proposal&) const = default;
};

/// One guest's dialogue between two messages. Table `sessions`, column `data`.
struct Session {
  std::string language{};  // ISO 639-1; empty until the guest has said something.
  std::string flow{};      // The intent whose slots are being filled; empty: none.
  std::string
      pending{};  // What we asked last: dates, party_size, room_type, guest_name, code, confirm.
  Slots slots{};
  Proposal proposal{};
  std::vector<std::string> intents{};  // The last ones, oldest first; at most kRememberedIntents.
  std::int64_t fallbacks = 0;          // In a row.
  std::int64_t silent_until_ms = 0;    // Handed to a person until then.

  bool operator==(const Session&) const = default;
};

inline constexpr std::size_t kRememberedIntents = 10;

void write(JsonWriter& out, const Proposal& proposal);
void read(const Json& json, Proposal& proposal);
void write(JsonWriter& out, const Session& session);
void read(const Json& json, Session& session);

}  // namespace conserje
