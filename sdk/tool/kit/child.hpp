#pragma once

#include <memory>

#include "kit/check.hpp"
#include "kit/subject.hpp"

namespace conserje::kit {

/// Runs one check in a child process with a time limit, resource limits, its own process group and
/// its output captured. The child is a fork of this process, which is single-threaded and has never
/// loaded the plugin; an exec of its own would cost ten times as much and show nothing more. A
/// crash, a hang or an end of the process is a failed verdict with its name. Everything that the
/// child leaves behind is killed. [main thread; no other thread runs]
Verdict run_in_child(const Check& check, const Options& options,
                     const std::shared_ptr<const SealedImage>& image);

}  // namespace conserje::kit
