#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "../common/document.hpp"
#include "conserje/host.hpp"
#include "conserje/result.hpp"

/// Meta's errors in the classes of ours.
/// Source: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
namespace conserje::whatsapp {

using document::Value;

/// What to do about an error code.
struct Verdict {
  ErrorClass error_class = ErrorClass::permanent;
  /// How long the code asks to wait; none: it does not say.
  std::optional<std::chrono::seconds> wait{};

  bool operator==(const Verdict&) const = default;
};

/// The verdict on an error object (`code`, perhaps `is_transient`) after `attempt` tries, counted
/// from 1; nullopt for a code that we do not know.
std::optional<Verdict> judge(Value error, std::uint32_t attempt);

/// Whom a limit holds up.
enum class Limit : std::uint8_t { none, one_guest, our_number };

/// What a code says beside its class.
struct Hint {
  bool needs_template = false;  // The guest wrote too long ago; a template would go through.
  bool needs_person = false;    // It passes by itself, and somebody must see to its cause.
  Limit limit = Limit::none;

  bool operator==(const Hint&) const = default;
};
Hint hint_of(std::string_view code);

/// An error object in a line for people: title or message, details, and Meta's trace id.
std::string describe(Value error);

/// The error that a refused HTTP exchange means. `error`: the object in its body, empty when there
/// was none; then the status decides.
Error to_error(const HttpResponse& response, Value error, std::uint32_t attempt);

/// `error` of an exchange that sends nothing to a guest: without its answer nothing has happened.
inline Error nothing_sent(Error error) {
  if (error.error_class == ErrorClass::deadline) error.error_class = ErrorClass::retry;
  return error;
}

}  // namespace conserje::whatsapp
