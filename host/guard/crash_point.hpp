#pragma once

#include <string_view>

namespace conserje {

#ifdef CONSERJE_CRASH_POINTS
/// Kills this process with SIGKILL when the environment variable CONSERJE_CRASH_AT is `name` or
/// `name:N` (at the N-th pass). Only in test builds.
void crash_point(std::string_view name);
#else
inline void crash_point(std::string_view) {}
#endif

}  // namespace conserje
