#pragma once

#include <string>
#include <vector>

#include "conserje/config.hpp"

namespace conserje::nlu {

/// The engine's settings; config.schema.json documents each.
struct Config {
  std::vector<std::string> examples{};
  std::string model{};
  std::string export_to{};
};

inline void read(const Json& json, Config& config) {
  expect_object(json, "config");
  read_optional_member(json, "examples", config.examples);
  read_optional_member(json, "model", config.model);
  read_optional_member(json, "export", config.export_to);
}

}  // namespace conserje::nlu
