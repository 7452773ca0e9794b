#pragma once

#include <map>
#include <string>

#include "pipeline/source.hpp"

namespace conserje {

/// A machine in memory.
class FakeSource final : public ConfigSource {
 public:
  std::map<std::string, std::string> files{};
  std::map<std::string, std::string> environment{};
  std::map<std::string, std::string> credentials{};

  Result<std::string> file(const std::filesystem::path& path) const override {
    return find(files, path.lexically_normal().string(), "file");
  }
  Result<std::string> env(const std::string& name) const override {
    return find(environment, name, "variable");
  }
  Result<std::string> credential(const std::string& name) const override {
    return find(credentials, name, "credential");
  }

 private:
  static Result<std::string> find(const std::map<std::string, std::string>& values,
                                  const std::string& name, const std::string& what) {
    const auto found = values.find(name);
    if (found == values.end()) return Error{ErrorClass::config, "no " + what + " " + name};
    return found->second;
  }
};

}  // namespace conserje
