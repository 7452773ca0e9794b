#pragma once

#include <linux/filter.h>

#include <vector>

#include "conserje/result.hpp"

namespace conserje {

/// The system calls that a worker may make, as a program for the kernel; all others fail with
/// EPERM. Made once in the launcher, because that takes longer than starting a worker does, and
/// installed in each. By libseccomp, which is loaded when it is needed: a host without workers does
/// not pay for it.
class SyscallFilter {
 public:
  /// `network`: inet sockets, too. Errors: config, libseccomp is not there or cannot do it.
  static Result<SyscallFilter> make(bool network);

  /// For good, in this thread and all that it will start. False, with errno: the kernel refuses.
  bool install() const;

 private:
  explicit SyscallFilter(std::vector<sock_filter> program) : program_(std::move(program)) {}

  std::vector<sock_filter> program_;
};

}  // namespace conserje
