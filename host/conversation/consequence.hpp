#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conserje/result.hpp"
#include "conversation/turn.hpp"
#include "store/dead_letters.hpp"
#include "store/reservations.hpp"

namespace conserje {

/// What came of a write to the PMS: what the guest is told, what the staff is told, what we
/// remember.
struct Consequence {
  Say say{};
  std::vector<EventDraft> events{};
  std::optional<ReservationState>
      state{};                         // Of our row in `reservations`; nullopt: it is not touched.
  pms::Reservation reservation{};      // As the PMS has it, or as it was asked for.
  bool sold_out = false;               // Somebody else took the last room.
  std::optional<Error> dead_letter{};  // The PMS would not take it: a person must.
};

/// For when a stay is reserved, local, YYYY-MM-DDTHH:MM: the time of a table; of nights the house's
/// check-in time on the day of arrival. Pure.
std::string reserved_time(const pms::Stay& stay, const Pipeline& pipeline);

/// After a reservation was asked for. `answer` is the PMS's. Pure.
Consequence after_create(const pms::ReservationRequest& request,
                         const Result<pms::ReservationAnswer>& answer, const Pipeline& pipeline);

/// After a reservation (`known`, from the proposal) was to be cancelled. Pure.
Consequence after_cancel(const pms::Reservation& known,
                         const Result<pms::ReservationAnswer>& answer, const Pipeline& pipeline);

/// After a reservation was to be changed, or its guest to stay longer on the last day (`proposal`
/// is of the kind modify or late_checkout). Pure.
Consequence after_modify(const Proposal& proposal, const Result<pms::ReservationAnswer>& answer,
                         const Pipeline& pipeline);

/// Whose reservation it is.
struct Holder {
  std::string tenant{};
  std::string lane{};  // Of the guest.
  std::string pms{};   // The plugin's name that has it.
  WallTime at{};       // When it was written.
};
/// Our row in `reservations`; nothing where it is not touched. Pure.
std::optional<ReservationRow> row_of(const Consequence& consequence, const Holder& holder,
                                     const Pipeline& pipeline);
/// What a person must see to; nothing where the PMS took it. Pure.
std::optional<DeadLetterRow> dead_letter_of(const Consequence& consequence,
                                            const Proposal& proposal, const std::string& tenant,
                                            WallTime at);

/// The event of a conversation that was given to a person. Pure.
EventDraft handoff_opened(const std::string& conversation, const std::string& reason,
                          bool urgent = false);

}  // namespace conserje
