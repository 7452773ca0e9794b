#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "conserje/host.hpp"

namespace conserje {

/// What a plugin knows of its own state, without asking anybody.
struct Health {
  std::string state = "ok";  // ok, degraded or down
  std::string detail{};      // For people; no personal data.

  bool operator==(const Health&) const = default;
};

/// One configured use of a plugin. The kinds (Channel, Pms, Sink, Nlu, Speech) derive from it;
/// write one of those.
class Plugin {
 public:
  virtual ~Plugin() = default;
  Plugin() = default;
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  /// Begins background work. [main thread]
  virtual Status start(const Call&) { return Done{}; }
  /// Ends background work: afterwards nothing of this instance runs or calls the host. [main
  /// thread]
  virtual Status drain(const Call&) { return Done{}; }
  /// What it knows; no I/O. [any thread]
  virtual Health health() const { return {}; }
  /// A timer set by Host::set_timer is due. [pool thread]
  virtual Status on_timer(const Call&, std::string_view /*name*/) { return Done{}; }
  /// Makes a running call return soon; must not block. [any thread]
  virtual void cancel(std::uint64_t /*call_id*/) {}
  /// One method, untyped; the kinds' base classes implement it. [pool thread]
  virtual Result<Reply> invoke(const Call& call, const Request& request) = 0;
};

namespace detail {

inline Error unsupported(std::uint32_t method) {
  return {ErrorClass::permanent, "method " + std::to_string(method >> 16) + "." +
                                     std::to_string(method & 0xffffU) + " is not supported"};
}

/// Decodes the head, calls `method`, encodes what it returns.
template <class In, class F>
Result<Reply> typed(const Request& request, F&& method) {
  const auto decoded = decode<In>(request.head);
  if (!decoded) return Error{ErrorClass::permanent, "request: " + decoded.error().message};
  const auto reply = std::forward<F>(method)(*decoded);
  if (!reply) return reply.error();
  return Reply{.head = encode(*reply)};
}

}  // namespace detail
}  // namespace conserje
