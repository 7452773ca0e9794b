#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "conversation/texts.hpp"
#include "pipeline/finding.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/registry.hpp"

namespace conserje {

/// A configuration that has been checked as far as this can be done without running anything of it.
struct Checked {
  std::filesystem::path file{};
  Pipeline pipeline{};
  std::vector<InspectedPlugin> plugins{};  // Their secrets are with them.
  std::shared_ptr<const Texts> texts{};    // Null when there are errors.
  std::vector<Finding> findings{};

  bool ok() const { return !has_errors(findings); }
};

/// The first part of the start path, which `check` shares with `run`: the file, the plugins'
/// manifests and configs, and the texts. All findings at once.
Checked check_configuration(const std::filesystem::path& file);

/// Loads and makes the plugins of a checked configuration, then lets them go: none is started. What
/// is wrong is a finding. Returns how many were made.
std::size_t load_for_a_look(Checked& checked);

/// Where this program's file stands, for finding what is installed beside it.
std::filesystem::path own_executable();

}  // namespace conserje
