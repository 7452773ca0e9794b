#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace bench {

/// A folder that goes when its owner does.
class TemporaryFolder {
 public:
  /// Below `parent`, so that one can choose the disk.
  explicit TemporaryFolder(const std::filesystem::path& parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A process of ours. It is asked to end, and waited for, when its owner goes.
class Process {
 public:
  /// Its output goes to the file `log`.
  Process(const std::vector<std::string>& command, const std::filesystem::path& log);
  ~Process();
  Process(const Process&) = delete;

  pid_t id() const { return id_; }
  bool is_running();
  /// SIGTERM, and then until it has ended.
  void stop();

 private:
  pid_t id_ = -1;
};

std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, const std::string& text);

/// A port of 127.0.0.1 on which nobody listens.
std::uint16_t free_port();

/// Connects to 127.0.0.1, blocking; -1 if nobody listens.
int connect_to(std::uint16_t port);

/// The status of `GET path`, on a connection of its own; 0 if there was no answer.
int get(std::uint16_t port, const std::string& path);

}  // namespace bench
