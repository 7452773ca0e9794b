#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/worker/syscall_filter.hpp"

namespace conserje {

/// What a worker may not do, and how it is held to that.
struct Confinement {
  bool wanted = true;    // False: `sandbox: off`.
  bool network = false;  // The manifest's raw network: inet sockets of its own.
  std::uint64_t memory_bytes = 512ULL * 1024 * 1024;  // Of address space, beyond what is there.
  std::uint32_t threads = 1;                // Of the worker's own; their stacks come on top.
  std::uint32_t landlock_abi = UINT32_MAX;  // The newest that is used; tests choose older ones.

  bool operator==(const Confinement&) const = default;
};

/// One thing that confines a worker, and whether it really does.
struct Restriction {
  std::string name{};  // One of kRestrictions.
  bool in_force = false;
  std::string detail{};  // What holds, or why nothing does; for people.

  bool operator==(const Restriction&) const = default;
};

/// The names, in the order in which they are applied.
inline constexpr std::string_view kRestrictions[] = {"parent",       "limits", "capabilities",
                                                     "no_new_privs", "files",  "system_calls"};

/// What is really in force in one worker.
struct Enforced {
  std::vector<Restriction> items{};

  bool complete() const;
  /// What is missing and why, such as "files: this kernel has no Landlock"; empty: nothing.
  std::string missing() const;
  bool operator==(const Enforced&) const = default;
};

std::string encode(const Enforced& enforced);
/// As a worker, which may lie, has written it: at most the known restrictions, each once, in order;
/// what is not there is not in force.
Enforced decode_enforced(std::string_view body);

/// Confines this process for good, in the order of kRestrictions, before any of the plugin's code
/// is in it; it has one thread. What the kernel does not offer is left out and says so.
/// `image`: the plugin's file, which stays readable. `launcher`: the process id with which it ends.
Enforced confine(const Confinement& confinement, int image, int launcher,
                 const Result<SyscallFilter>& filter);

}  // namespace conserje
