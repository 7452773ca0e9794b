#pragma once

#include <optional>
#include <string>
#include <vector>

#include "conversation/consequence.hpp"
#include "conversation/turn.hpp"
#include "pms/gateway.hpp"

namespace conserje {

/// What handling one message comes to. The worker makes it durable in one transaction.
struct Outcome {
  Session session{};  // For the next message.
  Say say{};
  std::vector<EventDraft> events{};
  std::optional<Act> act{};  // Set: carry it out, then `after_acting`; what it comes to is said
                             // behind `say`.
  bool handed_off = false;
};

/// A message and what surrounds it.
struct Incoming {
  Said said{};
  std::string language{};  // As understood.
  std::string guest_key{};
  std::string conversation{};  // Hash of the lane: what events call it.
  Date today{};
  Millis time_of_day{};  // Since midnight, in the house's time zone.
  std::int64_t now_ms = 0;
  bool offers_readings = true;  // See Turn.
  bool unverified = false;  // Nobody vouches for the sender: no reservation is looked up for him.
};

/// Whom a flow asks for rooms and for tables; one PMS may do both. Both outlive it.
struct Desks {
  Desks(Gateway& both) : rooms(both), tables(both) {}  // NOLINT(google-explicit-constructor)
  Desks(Gateway& for_rooms, Gateway& for_tables) : rooms(for_rooms), tables(for_tables) {}

  Gateway& of(const pms::Stay& stay) const { return is_table(stay) ? tables : rooms; }

  Gateway& rooms;
  Gateway& tables;
};

/// Lets the handlers decide: merges slots, routes, answers at most kMaxLookups lookups, and applies
/// the last step to the session. Of several requests what needs no conversation is done at once;
/// of the others the first is seen to, and the next ones wait (Session::waiting) until it has come
/// to its end. The PMS is read, never written. Errors: those of the PMS while looking something up.
Result<Outcome> decide(Session session, const Incoming& incoming, const Pipeline& pipeline,
                       const Flow& flow, const Desks& pms);

/// What is said at the end of a flow while another one waits: and then that one's question again,
/// or whether what the guest asked for besides is to be seen to now. Pure.
Say with_return(const Session& session, Say say);

/// The session after `say` has been said. Pure.
Session after_saying(Session session, const Say& say);

/// The session after a write to the PMS has come to its end. Pure.
Session after_acting(Session session, const Consequence& consequence);

/// A button or row that the guest pressed, as if he had said it. Pure.
Said understood_choice(const std::string& choice_id);

inline constexpr int kMaxLookups = 3;
/// How long the assistant keeps silent after a person was called, unless the session ends before.
inline constexpr std::int64_t kSilenceMs = 12 * 3'600'000;

}  // namespace conserje
