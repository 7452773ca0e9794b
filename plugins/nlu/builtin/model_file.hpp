#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "conserje/result.hpp"

namespace conserje::nlu {

/// A compiled model on disk, mapped read-only: every process that maps it shares its pages, and
/// only what is looked at is read. Owns the mapping.
class ModelFile {
 public:
  /// A file is not mapped when it is larger.
  static constexpr std::size_t kMaxBytes = 64 * 1024 * 1024;

  /// Errors: config, the file cannot be read, is empty or too large.
  static Result<ModelFile> open(const std::string& path);
  /// Replaces the file whole or not at all: whoever has it mapped keeps the old one. Errors:
  /// config, it cannot be written.
  static Status write(const std::string& path, std::span<const std::byte> bytes);

  ModelFile(ModelFile&& other) noexcept;
  ModelFile& operator=(ModelFile&&) = delete;
  ~ModelFile();

  /// As long as this object lives.
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  explicit ModelFile(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::span<const std::byte> bytes_;  // Empty: moved from.
};

}  // namespace conserje::nlu
