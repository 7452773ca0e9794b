#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/descriptor.hpp"
#include "plugin/worker/sandbox.hpp"

namespace conserje {

inline constexpr unsigned kBackgroundLanes = 4;  // For calls of the plugin's own threads.
inline constexpr unsigned kMostCallLanes = 32;
inline constexpr int kLauncherSocket = 3;  // The descriptor that `conserje worker` is started with.

/// What the host asks its launcher for, beside the descriptors.
struct SpawnRequest {
  std::string name{};  // The plugin's, for ps and for messages.
  std::string file{};  // Its file's name, for messages.
  Confinement confinement{};
  std::uint32_t call_lanes = 1;

  bool operator==(const SpawnRequest&) const = default;
};

/// The worker's ends, in the order in which they are passed.
struct WorkerDescriptors {
  Descriptor image;    // The plugin, sealed.
  Descriptor output;   // Its standard output and standard error.
  Descriptor control;  // Lane: create, start, drain, health, destroy, cancel.
  std::vector<Descriptor> background;
  std::vector<Descriptor> calls;  // Lanes, one for each call at once.
};

/// What the launcher tells of one worker, on a socket that the host gave it: first that it runs,
/// together with its pidfd, then how it ended.
struct WorkerNews {
  enum class What : std::uint32_t { started = 1, not_started, ended };
  What what = What::not_started;
  std::int32_t number = 0;  // Its process id; errno; the status of waitpid.
};

std::string encode(const SpawnRequest& request);
std::optional<SpawnRequest> decode_spawn(std::string_view body);

/// One packet with descriptors. False: with errno.
bool send_with(int socket, std::string_view bytes, const std::vector<int>& descriptors);
/// nullopt: the other end is closed, or nothing came that can be used.
struct Parcel {
  std::string bytes{};
  std::vector<Descriptor> descriptors{};
};
std::optional<Parcel> receive_with(int socket);

}  // namespace conserje
