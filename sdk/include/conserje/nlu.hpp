#pragma once

#include "conserje/nlu_types.hpp"
#include "conserje/plugin.hpp"

namespace conserje {

/// Understands what a guest wrote. Schema: sdk/schema/nlu.v1.json, which documents every field.
class Nlu : public Plugin {
 public:
  /// The intent, its rivals and the entities of one message. [pool thread]
  virtual Result<nlu::ParseReply> parse(const Call& call, const nlu::ParseRequest& request) = 0;

  Result<Reply> invoke(const Call& call, const Request& request) final {
    if (request.method != nlu::method::parse) return detail::unsupported(request.method);
    return detail::typed<nlu::ParseRequest>(request,
                                            [&](const auto& in) { return parse(call, in); });
  }
};

}  // namespace conserje
