#include "plugin/trust_rules.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "pipeline/source.hpp"
#include "plugin/refusal.hpp"

namespace conserje {
namespace {

namespace fs = std::filesystem;

/// The findings about `trust:`.
class Reader {
 public:
  Reader(const Pipeline& pipeline, std::vector<Finding>& findings)
      : pipeline_(pipeline), findings_(findings) {}

  void add_key(const TrustKey& written, const std::string& path, std::vector<TrustedKey>& keys) {
    const auto key = parse_public_key(written.key);
    if (!key) return complain(path + ".key", "it is no public key: " + key.error().message);
    const auto same = std::ranges::find_if(keys, [&](const TrustedKey& other) {
      return other.key.id == key->id || other.name == written.name;
    });
    if (same == keys.end()) return keys.push_back({written.name, *key, written.ids});
    complain(path, same->name == written.name ? in_quotes(written.name) + " names two keys"
                                              : in_quotes(written.name) + " and " +
                                                    in_quotes(same->name) + " are the same key");
  }

  void add_denied(const std::string& hash, const std::string& path, std::vector<Digest>& denied) {
    if (const auto digest = parse_digest(hash)) return denied.push_back(*digest);
    complain(path, in_quotes(hash) + " is no BLAKE2b-512 hash", "b2sum FILE prints it");
  }

 private:
  void complain(const std::string& path, std::string found, std::string fix = {}) {
    findings_.push_back({.at = pipeline_.position(path),
                         .path = path,
                         .found = std::move(found),
                         .fix = std::move(fix)});
  }

  const Pipeline& pipeline_;
  std::vector<Finding>& findings_;
};

std::string indexed(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

}  // namespace

fs::path first_party_lock(const fs::path& executable) {
  const auto beside = executable.parent_path();
  const auto built = beside / "plugins" / kLockFileName;
  std::error_code error;
  if (fs::exists(built, error)) return built;
  return beside.parent_path() / "lib" / "conserje" / "plugins" / kLockFileName;
}

Lock read_first_party(const fs::path& executable, std::vector<Finding>& findings) {
  const auto file = first_party_lock(executable);
  std::error_code error;
  if (!fs::exists(file, error)) return {};
  auto lock = read_lock(file);
  if (lock) return *std::move(lock);
  findings.push_back({.at = {file.string()},
                      .path = {},
                      .found = lock.error().message,
                      .fix = "build or install the host again"});
  return {};
}

TrustRules trust_rules(const Pipeline& pipeline, std::vector<Finding>& findings) {
  TrustRules rules;
  Reader reader(pipeline, findings);
  const auto& keys = pipeline.trust.keys;
  const auto& deny = pipeline.trust.deny;
  for (std::size_t i = 0; i < keys.size(); ++i)
    reader.add_key(keys[i], indexed("trust.keys", i), rules.keys);
  for (std::size_t i = 0; i < deny.size(); ++i)
    reader.add_denied(deny[i], indexed("trust.deny", i), rules.denied);
  rules.conformance = pipeline.trust.require_conformance;
  return rules;
}

Lock read_accepted(const Pipeline& pipeline, std::vector<Finding>& findings) {
  if (pipeline.trust.lock.empty()) return {};
  auto lock = read_lock(pipeline.trust.lock);
  if (lock) return *std::move(lock);
  findings.push_back({.at = pipeline.position("trust.lock"),
                      .path = "trust.lock",
                      .found = lock.error().message,
                      .fix = "write it with: conserje plugins lock --config CONFIG"});
  return {};
}

TrustRules read_trust(const Pipeline& pipeline, const fs::path& executable,
                      std::vector<Finding>& findings) {
  auto rules = trust_rules(pipeline, findings);
  rules.first_party = read_first_party(executable, findings);
  rules.accepted = read_accepted(pipeline, findings);
  return rules;
}

Result<std::optional<std::string>> read_paper(const fs::path& plugin, std::string_view extension) {
  auto file = plugin;
  file += extension;
  std::error_code error;
  if (!fs::exists(fs::symlink_status(file, error))) return std::optional<std::string>();
  const auto unusable = [&](const std::string& why) {
    return refusal("its " + std::string(extension) + " cannot be used: " + why,
                   "a minisign signature of at most " + std::to_string(kMinisignFileLimit) +
                       " bytes, readable for the host's user",
                   kOperator, "ls -lL " + file.string());
  };
  auto text = SystemSource().file(file);
  if (!text) return unusable(text.error().message);
  if (text->size() > kMinisignFileLimit)
    return unusable("it has " + std::to_string(text->size()) + " bytes");
  return std::optional(*std::move(text));
}

Result<PluginFile> plugin_file_of(const SealedImage& image, const Manifest& manifest) {
  auto signature = read_paper(image.file(), ".minisig");
  if (!signature) return signature.error();
  auto conformance = read_paper(image.file(), ".conformance");
  if (!conformance) return conformance.error();
  auto file = plugin_file(image.file().string(), manifest, digest_of(image.bytes()));
  file.signature = *std::move(signature);
  file.conformance = *std::move(conformance);
  return file;
}

}  // namespace conserje
