#pragma once

#include <array>
#include <string>
#include <string_view>

#include "store/database.hpp"

namespace conserje {

/// The enumerator that `word` stands for in a column; one that this host does not know ends the
/// transaction. values: all enumerators of an enum that has a to_string.
template <class Enum, std::size_t N>
Enum from_word(std::string_view word, const std::array<Enum, N>& values) {
  for (const Enum value : values)
    if (to_string(value) == word) return value;
  abort_transaction(
      {ErrorClass::config, "store: the word " + std::string(word) + " is not known to this host"});
}

}  // namespace conserje
