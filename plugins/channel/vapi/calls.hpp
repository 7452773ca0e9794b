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
  /// Forgets calls whose end nobody told us.
  Status forget_old() const;

  static constexpr std::int64_t kLongestCallMs = 12 * 3'600'000;

 private:
  Host host_;
};

}  // namespace conserje::vapi
