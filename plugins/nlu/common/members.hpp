#pragma once

#include <string>

#include "conserje/json.hpp"

namespace conserje::nlu {

/// A member of what a server sent; null: it is not there, or `object` is no object.
inline const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

/// The same as a text; empty: it is not there, or no text.
inline std::string text_of(const Json& object, const char* name) {
  const auto* const found = member(object, name);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace conserje::nlu
