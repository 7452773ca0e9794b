#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/finding.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/module.hpp"
#include "plugin/trust.hpp"

namespace conserje {

/// The lock file that the build wrote of its plugins: beside the executable, or where the package
/// puts it. Only what stands there can make a file first-party; a folder of `plugin_path` cannot.
std::filesystem::path first_party_lock(const std::filesystem::path& executable);

/// What the build made, from its lock file; nothing when there is none. A damaged one is a finding.
Lock read_first_party(const std::filesystem::path& executable, std::vector<Finding>& findings);

/// The keys and denied hashes of `trust:`. Keys that are none, the same key twice and hashes that
/// are none are findings, each with its place. Pure.
TrustRules trust_rules(const Pipeline& pipeline, std::vector<Finding>& findings);

/// The operator's lock file; nothing when `trust.lock` names none. One that cannot be read is a
/// finding.
Lock read_accepted(const Pipeline& pipeline, std::vector<Finding>& findings);

/// The rules of a host: `trust:` and both lock files.
TrustRules read_trust(const Pipeline& pipeline, const std::filesystem::path& executable,
                      std::vector<Finding>& findings);

/// The text of the minisign signature `extension` (".minisig", ".conformance") beside a plugin's
/// file; none when there is no such file. Errors: a refusal: it cannot be read, or is too large.
Result<std::optional<std::string>> read_paper(const std::filesystem::path& plugin,
                                              std::string_view extension);

/// A plugin's file as the judgement wants it: hashes the image, reads what stands beside it.
/// Errors: as read_paper.
Result<PluginFile> plugin_file_of(const SealedImage& image, const Manifest& manifest);

}  // namespace conserje
