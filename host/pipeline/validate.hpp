#pragma once

#include <vector>

#include "pipeline/finding.hpp"
#include "pipeline/load.hpp"
#include "pipeline/pipeline.hpp"

namespace conserje {

/// What no single value shows: references to plugins and their kinds, channels in two flows,
/// languages, zones, the words of other rooms. Adds to `findings`; says nothing about what load has
/// already refused.
void validate(const Pipeline& pipeline, const Vocabulary& vocabulary,
              std::vector<Finding>& findings);

}  // namespace conserje
