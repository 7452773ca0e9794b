#pragma once

#include "conserje/json.hpp"

namespace conserje {

/// A plugin's config as its struct T, which has `read(const Json&, T&)` built from read_member and
/// read_optional_member. The host has checked it against config.schema.json already, so an error
/// here means that schema and struct disagree. Errors: config.
template <class T>
Result<T> decode_config(const Json& json) {
  auto decoded = from_tree<T>(json);
  if (!decoded) return Error{ErrorClass::config, "config: " + decoded.error().message};
  return decoded;
}

}  // namespace conserje
