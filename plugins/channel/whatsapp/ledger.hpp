#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "../common/recent.hpp"
#include "conserje/channel_types.hpp"

/// What went out, so that nothing goes twice: Meta knows no idempotency key, but gives our
/// reference back with each status.
namespace conserje::whatsapp {

/// A message of ours may take several of Meta's; this is one of them.
struct Part {
  std::string reference{};  // Ours.
  std::size_t number = 0;   // From 0.

  bool operator==(const Part&) const = default;
};

/// What Meta returns with the statuses of a part; the last one has the reference itself, because
/// its end is the end of the whole message.
std::string callback_data(const Part& part, std::size_t parts);
/// The part behind such a text; its number is nullopt for the last one.
struct CallbackData {
  std::string reference{};
  std::optional<std::size_t> number{};

  bool operator==(const CallbackData&) const = default;
};
CallbackData read_callback_data(std::string_view text);

/// The parts that went out. Bounded; threads: any.
class Ledger {
 public:
  /// Meta took this part.
  void accepted(const Part& part, const std::string& message_id, std::int64_t now_ms);
  /// What `accepted` told an earlier process; a failure since then counts for more.
  void restore(const Part& part, const std::string& message_id);
  /// A status told of a message that has `data`. One that failed did not go out, nor do we hear of
  /// its other parts any more: the message may go again, as something else.
  void heard(const channel::DeliveryStatus& status, const CallbackData& data);
  /// A webhook came: Meta is not silent.
  void heard();
  /// The id under which the part went out. The last one of `parts` is also known by its statuses.
  std::optional<std::string> id_of(const Part& part, std::size_t parts) const;

  /// Meta took two messages, longer than `patience_ms` ago, and has said nothing at all since.
  bool is_unheard(std::int64_t now_ms, std::int64_t patience_ms) const;

 private:
  struct Sending {
    std::map<std::size_t, std::string> ids{};  // Of the parts that went out.
    std::set<std::string> failed_ids{};
    bool has_failed = false;  // And nothing has been accepted since.
  };
  /// Kept from now on, when it was not.
  Sending& of(const std::string& reference);

  static constexpr std::size_t kLast = 1000;  // Of a part whose number its status does not tell.
  static constexpr std::size_t kMostSendings = 5'000;
  static constexpr std::size_t kMostFailed = 100;  // Of one message.

  mutable std::mutex mutex_{};
  Recent<Sending> sendings_{kMostSendings};
  std::optional<std::int64_t> first_unheard_ms_{};
  std::optional<std::int64_t> second_unheard_ms_{};
};

}  // namespace conserje::whatsapp
