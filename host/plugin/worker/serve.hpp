#pragma once

#include "plugin/worker/spawn.hpp"

namespace conserje {

/// A worker's life from its confinement on: says hello, then loads the plugin and serves its calls
/// until the host closes the lanes.
[[noreturn]] void serve_plugin(const SpawnRequest& request, WorkerDescriptors descriptors,
                               const Enforced& enforced);

}  // namespace conserje
