#pragma once

#include <sys/types.h>

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "conserje/result.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/worker/spawn.hpp"

namespace conserje {

/// The host's side of `conserje worker`: one process for all workers of a host, started with the
/// first. It holds nothing of the host's, neither its memory nor its environment, and a worker is a
/// fork of it. It ends when this object does or when the host dies, however that comes about: its
/// socket closes. (A death signal would come when the thread that started it ends.) Threads: any.
class Launcher {
 public:
  /// `executable`: the host's own.
  explicit Launcher(std::filesystem::path executable = "/proc/self/exe");
  ~Launcher();
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;

  /// Hands a worker over. What comes of it is told on `news` (WorkerNews). Errors: retry, the
  /// launcher does not start, or takes nothing.
  Status spawn(const SpawnRequest& request, const Descriptor& news,
               const WorkerDescriptors& worker);

 private:
  Status start();
  void end();

  const std::filesystem::path executable_;
  std::mutex mutex_{};  // Guards what follows.
  pid_t process_ = -1;
  Descriptor socket_{};
};

}  // namespace conserje
