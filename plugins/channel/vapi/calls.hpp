#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "conserje/host.hpp"
#include "inbound.hpp"

namespace conserje::vapi {

/// A call that lasts, as far as we know.
struct RunningCall {
  std::string call_id{};
  std::string control_url{};
  std::int64_t at_ms = 0;  // When we heard of it last.

  bool operator==(const RunningCall&) const = default;
};

/// A call that we meant to begin.
struct BegunCall {
  std::string call_id{};   // Empty: nobody knows whether it was begun.
  std::int64_t at_ms = 0;  // When we first tried.

  bool operator==(const BegunCall&) const = default;
};

/// Where each caller can be spoken to while his call lasts; in cj.kv, so that it survives a
/// restart. Threads: any.
class Calls {
 public:
  explicit Calls(Host host) : host_(host) {}

  /// Errors: those of cj.kv.
  Status note(const CallNews& news) const;
  /// nullopt: no call of `caller` lasts.
  Result<std::optional<RunningCall>> find(std::string_view caller) const;
  /// The call has ended. A newer one of the same caller stays.
  Status forget(std::string_view caller, std::string_view call_id) const;
  /// Forgets calls whose end nobody told us, and what we began long ago.
  Status forget_old() const;

  /// What is known of the call for the message `reference`; nullopt: it was never tried.
  Result<std::optional<BegunCall>> begun(std::string_view reference) const;
  /// Before it is tried, and once its id is known. Errors: those of cj.kv.
  Status note_begun(std::string_view reference, const BegunCall& call) const;

  static constexpr std::int64_t kLongestCallMs = 12 * 3'600'000;
  static constexpr std::int64_t kBegunLivesMs = 7 * std::int64_t{86'400'000};

 private:
  Status forget_before(std::string_view prefix, std::int64_t at_ms) const;

  Host host_;
};

}  // namespace conserje::vapi
