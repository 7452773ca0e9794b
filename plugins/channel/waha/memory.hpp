#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "../common/recent.hpp"
#include "conserje/channel_types.hpp"

/// What a session is remembered to be about, each part with a bound. Threads: any.
namespace conserje::waha {

inline constexpr std::size_t kMostGuests = 10'000;
inline constexpr std::size_t kMostOffers = 1'000;
inline constexpr std::size_t kMostSendings = 2'000;

/// Who is who: hidden ids and their numbers, and in which chat a guest is reached.
class AddressBook {
 public:
  /// `number` (with +) and `hidden` (with @lid) are one guest.
  void learn(const std::string& number, const std::string& hidden);
  /// The number behind "...@lid"; empty: not known.
  std::string number_of(std::string_view hidden) const;
  /// `address` writes from this chat, or is known to be there.
  void reached(const std::string& address, const std::string& chat);
  /// The chat in which `address` is reached; empty: not known.
  std::string chat_of(std::string_view address) const;

 private:
  mutable std::mutex mutex_{};
  Recent<std::string> numbers_{kMostGuests};
  Recent<std::string> chats_{kMostGuests};
};

/// A choice as the guest saw it: in a poll its label is all that comes back.
struct Option {
  std::string label{};
  channel::Choice choice{};

  bool operator==(const Option&) const = default;
};

/// What guests were asked to choose from: in numbered lines by the last message to them, or in a
/// poll.
class Offers {
 public:
  /// The last message to `address` has these numbered lines; empty: none.
  void put_lines(const std::string& address, std::vector<Option> options);
  bool has_lines(std::string_view address) const;
  void put_poll(const std::string& poll_id, std::vector<Option> options);
  /// The line that the words name by its number or its whole title.
  std::optional<channel::Choice> line(std::string_view address, std::string_view words) const;
  std::optional<channel::Choice> vote(std::string_view poll_id, std::string_view label) const;

 private:
  mutable std::mutex mutex_{};
  Recent<std::vector<Option>> lines_{kMostOffers};
  Recent<std::vector<Option>> polls_{kMostOffers};
};

/// One message that went out.
struct Sending {
  std::string reference{};  // Ours.
  std::size_t part = 0;
  std::size_t parts = 1;  // Of the whole message.
  std::string chat{};
  std::int64_t at_ms = 0;
  bool is_sure = true;    // WAHA took it; else the answer was lost.
  bool is_acked = false;  // WhatsApp has it, or we gave it up.

  bool operator==(const Sending&) const = default;
};

/// Whether what we send and what we should hear arrive at all.
struct Pulse {
  std::size_t unheard =
      0;                   // Chats whose message WhatsApp does not have, since the last one it had.
  std::size_t silent = 0;  // Acks in a row that we found by asking, because no webhook told.
  bool has_heard = false;  // A webhook told an ack before.

  bool operator==(const Pulse&) const = default;
};

/// The messages that went out, by their bare ids, and their acks.
class Ledger {
 public:
  void sent(const std::string& id, Sending sending);
  /// The id under which this part went out for sure.
  std::optional<std::string> id_of(std::string_view reference, std::size_t part) const;
  /// What `status` of this message is a status of: only a failure of one part is that of the whole
  /// message, and only with its last part the whole has gone. Empty: of none of ours.
  std::string reference_of(std::string_view id, std::string_view status) const;
  /// Of how many parts a message is, some of which went out; 0: not known.
  std::size_t parts_of(std::string_view reference) const;
  /// A webhook told that WhatsApp has it.
  void heard(std::string_view id);
  /// Asked, WAHA said that WhatsApp has it.
  void found(std::string_view id);
  /// WhatsApp never got it.
  void missed(std::string_view id);
  /// Those without an ack that went out before `before_ms`, oldest first, at most `most`.
  std::vector<std::pair<std::string, Sending>> overdue(std::int64_t before_ms,
                                                       std::size_t most) const;
  Pulse pulse() const;
  /// After a restart of the session nothing is known.
  void forget_pulse();

 private:
  void settle(std::string_view id);

  mutable std::mutex mutex_{};
  Recent<Sending> sendings_{kMostSendings};
  Recent<std::string> ids_{kMostSendings};  // "reference/part" -> id
  std::set<std::string, std::less<>> unheard_{};
  std::size_t silent_ = 0;
  bool has_heard_ = false;
};

}  // namespace conserje::waha
