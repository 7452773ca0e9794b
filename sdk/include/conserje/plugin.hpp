#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "conserje/host.hpp"
#include "conserje/state.hpp"
#include "conserje/state_types.hpp"

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
  /// What the next instance needs of this one; only with "state_export": true in the manifest. No
  /// call runs meanwhile but perhaps a timer's, and none comes afterwards unless the reload fails;
  /// then this instance serves on. Within call's deadline, 5 s. [pool thread]
  virtual Result<PluginState> export_state(const Call&) {
    return Error{ErrorClass::permanent, "export_state is not supported"};
  }
  /// Takes over what an instance of the same plugin, perhaps of another version, exported; between
  /// create and start, once. An Error ends the reload: give one for a format that is not known.
  /// Within call's deadline, 5 s. [pool thread]
  virtual Status import_state(const Call&, const PluginState&) {
    return Error{ErrorClass::permanent, "import_state is not supported"};
  }
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

/// The methods of the core, which are asked of plugins of every kind.
inline Result<Reply> timer(Plugin& plugin, const Call& call, const Request& request) {
  const auto head = parse_json(request.head);
  if (!head || !head->is_object() || !head->contains("name") || !(*head)["name"].is_string())
    return Error{ErrorClass::permanent, "timer: a name is needed"};
  const auto done = plugin.on_timer(call, (*head)["name"].get<std::string>());
  if (!done) return done.error();
  return Reply{};
}
inline Result<Reply> export_state(Plugin& plugin, const Call& call) {
  auto exported = plugin.export_state(call);
  if (!exported) return exported.error();
  return Reply{.head = encode(state::ExportReply{.format = exported->format}),
               .attachments = {std::move(exported->bytes)}};
}
inline Result<Reply> import_state(Plugin& plugin, const Call& call, const Request& request) {
  const auto head = decode<state::ImportRequest>(request.head);
  if (!head) return Error{ErrorClass::permanent, "request: " + head.error().message};
  if (request.attachments.size() != 1)
    return Error{ErrorClass::permanent, "import_state: the state is one attachment"};
  const auto taken = plugin.import_state(call, {.format = head->format,
                                                .bytes = std::string(request.attachments.front()),
                                                .version = head->version});
  if (!taken) return taken.error();
  return Reply{};
}

/// Any method of any plugin.
inline Result<Reply> invoke(Plugin& plugin, const Call& call, const Request& request) {
  switch (request.method) {
    case CJ_CORE_TIMER: return timer(plugin, call, request);
    case state::method::export_state: return export_state(plugin, call);
    case state::method::import_state: return import_state(plugin, call, request);
    default: return plugin.invoke(call, request);
  }
}

}  // namespace detail
}  // namespace conserje
