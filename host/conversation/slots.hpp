#pragma once

#include <string>
#include <vector>

#include "conserje/channel_types.hpp"
#include "conserje/nlu_types.hpp"
#include "conversation/session.hpp"

namespace conserje {

/// What one message says, as the handlers need it.
struct Said {
  std::string intent{};
  double confidence = 0;
  std::string rival{};  // The next likely intent; empty: none.
  double rival_confidence = 0;
  std::string topic{};                   // With hotel_info.
  std::vector<std::string> questions{};  // Topics that he asks about besides, in his order.
  std::vector<std::string> further{};    // Intents of what else is to be done, in his order.
  std::string choice{};                  // The id of a button or list row that the guest pressed.
  Slots slots{};                         // What this message alone names.
  bool names_slots = false;              // Whether it names any; see the engine for unit and area.

  bool operator==(const Said&) const = default;
};

/// The NLU's answer in the conversation's words. A single day is a check-in; a range is both; a
/// duration of days is nights. An entity that makes no sense (31 adults, a range of zero nights) is
/// left out. Of several requests what is to be done comes before what is to be told: that is
/// `questions`; what is to be done besides is `further`.
Said understood(const nlu::ParseReply& reply);

/// An argument of a request that somebody wrote in words ("el viernes"): the nlu reads it.
struct Words {
  std::string slot{};  // arrival, departure, date, time, nights, adults or room_type.
  std::string text{};
  std::string pending{};  // What the words answer, as Session::pending.

  bool operator==(const Words&) const = default;
};

/// A request that somebody else understood.
struct HeardRequest {
  Said said{};
  std::vector<Words> words{};

  bool operator==(const HeardRequest&) const = default;
};
/// Its arguments by the names of channel.v1.json. What makes no sense is left out, as above.
HeardRequest understood_request(const channel::StructuredRequest& request);

/// `slots` with what the nlu made of `words`; unchanged where it found nothing that fits.
Slots with_words(Slots slots, const Words& words, const nlu::ParseReply& heard);

/// `known` after the guest has said `news`: what is new wins, and a new arrival moves the whole
/// stay.
Slots merged(Slots known, const Slots& news);

/// The stay as far as it is known: check_out from nights where only those are known.
std::optional<pms::Stay> stay_of(const Slots& slots);

/// The stay of a party at a table; without a time, of that day.
pms::Stay table_stay(Date day, std::optional<std::chrono::minutes> time, std::int64_t adults,
                     std::int64_t children);

inline constexpr std::size_t kMaxNotes = 500;  // Bytes.
inline constexpr int kMaxNights = 90;
inline constexpr int kMaxGuests = 30;

}  // namespace conserje
