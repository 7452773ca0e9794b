#pragma once

#include <memory>
#include <string>

#include "conserje/nlu_types.hpp"
#include "conserje/result.hpp"

namespace conserje::nlu {

/// The embedded engine, for plugins that ask somebody else first: it answers when nobody else does,
/// and it alone knows the hotel's calendar. Immutable; any thread. Defined by nlu/builtin, whose
/// library nlu_embedded they link.
class Embedded {
 public:
  /// With the model that was compiled into the shared object. Errors: config, it cannot be read.
  static Result<std::unique_ptr<const Embedded>> create();
  ~Embedded();
  Embedded(const Embedded&) = delete;
  Embedded& operator=(const Embedded&) = delete;

  /// As nlu/builtin. Errors: permanent, `now` is no local date-time.
  Result<ParseReply> parse(const ParseRequest& request) const;

 private:
  struct Parts;
  explicit Embedded(std::unique_ptr<const Parts> parts);

  std::unique_ptr<const Parts> parts_;
};

}  // namespace conserje::nlu
