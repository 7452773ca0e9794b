#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "grammar.hpp"

namespace conserje::nlu {

/// Reads a bare answer against the question that we asked last (ParseRequest::pending): "2" is a
/// party size when we asked how many they are, "ana perez" a name when we asked for one. Adds to
/// the chart; a longer reading ("2 noches") still wins. `is_common` says that a folded word belongs
/// to what guests say anyway, and so is no name.
void read_answer(Chart& chart, std::string_view pending,
                 const std::function<bool(std::string_view)>& is_common);

/// Whether nothing is said beside entities: "the double room", "my code is CJ-1234567", "a nombre
/// de Ana". plain: the folded words that no entity covers.
bool says_nothing_else(std::span<const std::string_view> plain);

}  // namespace conserje::nlu
