#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conserje/result.hpp"
#include "pipeline/pipeline.hpp"
#include "plugin/lock.hpp"
#include "plugin/manifest.hpp"
#include "plugin/minisign.hpp"

/// Whom a plugin's file comes from, judged before anything of it is loaded. A signature shows the
/// origin, not the quality: where the code then runs is default_isolation()'s word. All pure.
namespace conserje {

enum class Origin : unsigned char {
  first_party,    // One of the files that the build of this host made.
  signed_by,      // Signed by one of the operator's keys, for this id, version and ABI.
  pinned,         // Not signed; the operator's lock file has its hash.
  nobody_vouches  // Neither.
};

/// "first-party", "signed", "pinned", "unsigned".
std::string_view to_string(Origin origin);

/// What is known of a plugin's file.
struct Vouched {
  Origin origin = Origin::nobody_vouches;
  std::string key{};  // With signed_by: its name in trust.keys.
  Digest digest{};    // Of the bytes that will run.

  bool operator==(const Vouched&) const = default;
};

/// "signed by acme", or the origin's word alone.
std::string describe(const Vouched& vouched);

/// A key of the operator's keyring.
struct TrustedKey {
  std::string name{};
  MinisignPublicKey key{};
  std::vector<std::string> ids{};  // Plugins that it may sign: "com.acme.pms", "com.acme.*".

  bool operator==(const TrustedKey&) const = default;
};

/// `trust:` of the configuration with the files that it names, and the build's own lock file.
struct TrustRules {
  std::vector<TrustedKey> keys{};
  std::vector<Digest> denied{};
  Lock first_party{};        // What the build of this host made.
  Lock accepted{};           // What the operator accepted.
  unsigned conformance = 0;  // `trust.require_conformance`.
};

/// A plugin's file as it was found, nothing of it loaded.
struct PluginFile {
  std::string path{};
  std::string id{};  // This and the next three as its manifest says.
  std::string version{};
  std::uint32_t abi_min = CJ_ABI_VERSION;
  std::uint32_t abi_max = CJ_ABI_VERSION;
  Digest digest{};
  std::optional<std::string> signature{};    // The text of the .minisig beside it.
  std::optional<std::string> conformance{};  // The text of the .conformance beside it.
};

/// Without what stands beside the file.
PluginFile plugin_file(std::string path, const Manifest& manifest, const Digest& digest);

/// What stands in the trusted comment of a plugin's signature, and nothing else does:
/// "conserje id=com.acme.pms version=1.4.0 abi=1", or "abi=1-2" for a range.
std::string signed_statement(const PluginFile& file);

/// The same for FILE.conformance, a minisign signature of the plugin's file too: who made it
/// vouches that these bytes have passed the conformance kit up to `level`, 1 to kConformanceLevels:
/// "conserje conformance=7 id=com.acme.pms version=1.4.0 abi=1".
std::string conformance_statement(const PluginFile& file, unsigned level);

/// By semantic versioning 2.0: numbers, then a pre-release before its release. Both as manifests
/// have them.
std::weak_ordering compare_versions(std::string_view a, std::string_view b);

/// Judges one file; `use` says what the operator allows it. Errors, as refusals: its hash is
/// denied; it is not the file that was accepted for its version, or an older one; its signature is
/// damaged, of another file, by a key that may not sign it, or for another id, version or ABI. A
/// signature that is there must be good, whoever else vouches for the file, except for the build's
/// own; so must be the word for its conformance where the rules ask for one.
Result<Vouched> judge(const TrustRules& rules, const PluginFile& file, const PluginUse& use);

/// Where a plugin's code runs: as `isolation` says; without it in the host's process what the
/// host's build made, in a worker what others made. Errors: a refusal, when nobody vouches for the
/// file, it would run in the host's process, and `allow_unsigned` is not set.
Result<Isolation> default_isolation(const Vouched& vouched, const PluginUse& use);

}  // namespace conserje
