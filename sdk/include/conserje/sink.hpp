#pragma once

#include "conserje/plugin.hpp"
#include "conserje/sink_types.hpp"

namespace conserje {

/// Where events are told. Schema: sdk/schema/sink.v1.json, which documents every field.
class Sink : public Plugin {
 public:
  /// Delivers each event to its target: one result for each, in the same order. Return an Error
  /// only when no event was tried. [pool thread]
  virtual Result<sink::DeliverReply> deliver(const Call& call,
                                             const sink::DeliverRequest& request) = 0;

  Result<Reply> invoke(const Call& call, const Request& request) final {
    if (request.method != sink::method::deliver) return detail::unsupported(request.method);
    return detail::typed<sink::DeliverRequest>(request,
                                               [&](const auto& in) { return deliver(call, in); });
  }
};

}  // namespace conserje
