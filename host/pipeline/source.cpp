#include "pipeline/source.hpp"

#include <cstdlib>
#include <fstream>
#include <system_error>

namespace conserje {
namespace {

Error problem(std::string text) { return {ErrorClass::config, std::move(text)}; }

}  // namespace

Result<std::string> SystemSource::file(const std::filesystem::path& path) const {
  std::error_code failure;
  if (!std::filesystem::exists(path, failure))
    return problem("file " + path.string() + " does not exist");
  if (!std::filesystem::is_regular_file(path, failure))
    return problem(path.string() + " is not a file");
  std::ifstream in(path, std::ios::binary);
  if (!in) return problem("file " + path.string() + " cannot be read");

  std::string text;
  for (char part[4096]; in.read(part, sizeof part), in.gcount() > 0;) {
    text.append(part, static_cast<std::size_t>(in.gcount()));
    if (text.size() > kConfigFileLimit)
      return problem("file " + path.string() + " is larger than 1 MiB");
  }
  if (in.bad()) return problem("file " + path.string() + " cannot be read");
  return text;
}

Result<std::string> SystemSource::env(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return problem("environment variable " + name + " is not set");
  return std::string(value);
}

Result<std::string> SystemSource::credential(const std::string& name) const {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr)
    return problem("credential " + name +
                   ": systemd has handed none over (CREDENTIALS_DIRECTORY is not set)");
  if (name.find('/') != std::string::npos || name == "..")
    return problem("credential " + name + ": a name has no folders");
  return file(std::filesystem::path(folder) / name);
}

}  // namespace conserje
