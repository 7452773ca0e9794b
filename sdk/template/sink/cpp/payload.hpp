#pragma once

#include <string>

#include "conserje/sink_types.hpp"

namespace example {

/// Example's document of a note, {"key", "text", "urgent"}, that tells `event`.
/// Source: the page of the vendor's documentation that describes it.
std::string to_note(const conserje::sink::Event& event);

}  // namespace example
