#pragma once

#include "app/admin_door.hpp"
#include "app/generation.hpp"

namespace conserje {

/// What the staff does by the admin API, done by whichever generation runs then. current: outlives
/// the areas.
AdminAreas staff_areas(const CurrentGeneration& current);

}  // namespace conserje
