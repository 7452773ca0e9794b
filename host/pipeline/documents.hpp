#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "pipeline/finding.hpp"
#include "pipeline/source.hpp"
#include "pipeline/yaml.hpp"

namespace conserje {

/// Reads a file, whose text is at hand, and all that it includes, into one mapping; its `at` is the
/// first file's beginning. Mappings of the top level are joined key by key; what two files say
/// otherwise is a finding. At most 100 files, each once.
YamlValue read_documents(std::string_view text, const std::filesystem::path& file,
                         const ConfigSource& source, std::vector<Finding>& findings);

}  // namespace conserje
