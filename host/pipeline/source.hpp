#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "conserje/result.hpp"

namespace conserje {

/// Largest configuration or secret file, in bytes.
inline constexpr std::size_t kConfigFileLimit = 1024 * 1024;

/// Where the configuration's bytes come from. Errors: `config`, with what was missing; never with
/// its content.
class ConfigSource {
 public:
  virtual ~ConfigSource() = default;
  /// The whole of a regular file of at most kConfigFileLimit.
  virtual Result<std::string> file(const std::filesystem::path& path) const = 0;
  /// An environment variable.
  virtual Result<std::string> env(const std::string& name) const = 0;
  /// A systemd credential: a file in $CREDENTIALS_DIRECTORY.
  virtual Result<std::string> credential(const std::string& name) const = 0;
};

/// This machine's files and environment.
class SystemSource final : public ConfigSource {
 public:
  Result<std::string> file(const std::filesystem::path& path) const override;
  Result<std::string> env(const std::string& name) const override;
  Result<std::string> credential(const std::string& name) const override;
};

}  // namespace conserje
