#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/finding.hpp"
#include "pipeline/pipeline.hpp"
#include "pipeline/source.hpp"

namespace conserje {

/// The words that other rooms understand, against which the file's words are checked; an empty list
/// checks nothing.
struct Vocabulary {
  std::vector<std::string> intents{};  // For pipeline.handlers and notify.intents.
  std::vector<std::string> events{};   // Each glob of notify.events must match one.
  std::vector<std::string> texts{};    // The catalogue's keys, for `texts`.
};

struct Loaded {
  Pipeline pipeline;  // Usable only without errors among the findings.
  std::vector<Finding> findings;
  /// Every key that there is, and every key that the file has: "limits.http.header_bytes",
  /// "plugins.*.use", "pipeline[].pms".
  std::set<std::string> known_keys;
  std::set<std::string> written_keys;
};

/// Reads the file and what it includes, resolves ${...} references, and checks all that can be
/// known without the plugins' manifests: every finding at once, each with its place. Never throws;
/// bounded in time and memory for any bytes (file size, depth, number of values after aliases).
/// Plugins' configs are checked later, by check_config().
Loaded load_pipeline(const std::filesystem::path& file, const ConfigSource& source,
                     const Vocabulary& vocabulary = {});

/// The same with the text of the first file at hand; `file` names it.
Loaded load_pipeline_text(std::string_view text, const std::filesystem::path& file,
                          const ConfigSource& source, const Vocabulary& vocabulary = {});

}  // namespace conserje
