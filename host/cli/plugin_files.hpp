#pragma once

#include <filesystem>
#include <vector>

#include "pipeline/finding.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/manifest.hpp"
#include "plugin/trust.hpp"

namespace conserje {

/// What the commands about plugins go by: the configuration when one was named, and what the build
/// of this host says.
struct PluginPlaces {
  Pipeline pipeline{};
  std::vector<std::filesystem::path> folders{};
  TrustRules trust{};  // Without the operator's lock file.
  std::vector<Finding> findings{};
};

/// `config` may be empty: then only the build's own plugins are vouched for.
PluginPlaces plugin_places(const std::filesystem::path& config);

/// A plugin's file as `run` would see it, nothing of it loaded.
struct LookedAt {
  Manifest manifest{};
  Vouched vouched{};
};

/// Errors: a refusal.
Result<LookedAt> look_at(const std::filesystem::path& file, const TrustRules& trust);

}  // namespace conserje
