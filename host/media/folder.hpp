#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "conserje/result.hpp"

namespace conserje {

/// The folder beside the store where guests' files lie, each under its id; readable to the host's
/// user alone. What a guest or a provider calls a file is never a part of its path. Threads: any,
/// but not two for one id.
class MediaFolder {
 public:
  explicit MediaFolder(std::filesystem::path path) : path_(std::move(path)) {}

  /// Blocks until the disk has it. Errors: retry, the disk does not take it.
  Status write(std::string_view id, std::string_view bytes) const;
  /// Errors: permanent, it is not there.
  Result<std::string> read(std::string_view id) const;
  /// Also when it is not there.
  void remove(std::string_view id) const;

 private:
  std::filesystem::path path_;
};

}  // namespace conserje
