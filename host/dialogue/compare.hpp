#pragma once

#include <vector>

#include "dialogue/script.hpp"
#include "dialogue/stage.hpp"
#include "pipeline/finding.hpp"

namespace conserje {

/// Where what happened is not what the turn expects: each finding names the line of what was
/// expected. language: of the reply; empty: any. Pure.
std::vector<Finding> compare(const DialogueTurn& turn, const Happened& happened,
                             const std::string& language);

}  // namespace conserje
