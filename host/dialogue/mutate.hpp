#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dialogue/script.hpp"

namespace conserje {

/// Other ways to say the same, which must lead to the same.
///   reordered    turns that may change places come in the reverse order; of slots the last one
///                said is answered as the last one written
///   corrected    before each value of a slot the guest names another one, and before each turn
///                that stands alone he asks something else; then he says that he meant this
///   interrupted  before each turn the guest asks about the house
inline constexpr std::array<std::string_view, 3> kMutations = {"reordered", "corrected",
                                                               "interrupted"};

/// The script in that way; without turns when there is nothing of it to change. Positions stay
/// those of the file. Pure.
Script mutated(const Script& script, std::string_view mutation);

}  // namespace conserje
