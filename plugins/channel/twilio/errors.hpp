#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conserje/host.hpp"
#include "conserje/result.hpp"

/// Twilio's errors in the classes of ours; the same numbers come with answers and with statuses.
/// Source: https://www.twilio.com/docs/api/errors
namespace conserje::twilio {

/// What to do about an error code.
struct Verdict {
  ErrorClass error_class = ErrorClass::permanent;
  /// How long to wait; none: the code does not ask for it.
  std::optional<std::chrono::milliseconds> wait{};
  /// The guest wrote too long ago; a template would go through.
  bool needs_template = false;
  /// Nobody would notice, and somebody should: carriers filter us, the sender is restricted.
  bool alert = false;

  bool operator==(const Verdict&) const = default;
};

/// When: which try it was, counted from 1, and the time (UTC, ms since 1970).
struct Occasion {
  std::uint32_t attempt = 1;
  std::int64_t now_ms = 0;
};

/// The verdict on a code, a text of digits; nullopt for one that belongs to no range that we know.
std::optional<Verdict> judge(std::string_view code, const Occasion& occasion);

/// What a code means, in a few words for people; empty for one that we do not know.
std::string_view describe(std::string_view code);

/// The error that a code means, such as that of a message which was accepted as failed already.
Error to_error(std::string_view code, const Occasion& occasion);

/// The error that a refused HTTP exchange means: its code decides, else its status.
Error to_error(const HttpResponse& response, const Occasion& occasion);

}  // namespace conserje::twilio
