// How long it takes to judge plugins before anything of them is loaded: copies of the shipped ones,
// as first-party by their hashes and as signed by a vendor.
// Usage: bench_inspect PLUGINS [COUNT]

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "guard/system_random.hpp"
#include "pipeline/secrets.hpp"
#include "plugin/registry.hpp"
#include "plugin/trust_rules.hpp"
#include "process.hpp"

namespace bench {
namespace {

namespace fs = std::filesystem;
using namespace conserje;

/// The plugins of `folder` as the host sees them.
std::vector<PluginFile> shipped(const fs::path& folder) {
  std::vector<PluginFile> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".so") continue;
    const auto image = SealedImage::copy(entry.path()).value();
    const auto manifest = read_manifest(image->bytes(), Platform::current()).value();
    files.push_back(plugin_file_of(*image, manifest).value());
  }
  if (files.empty()) throw std::runtime_error("no plugins in " + folder.string());
  return files;
}

/// Milliseconds for all of `uses`; what is wrong with their configs does not matter here.
double inspect(const std::vector<PluginUse>& uses, const TrustRules& rules) {
  SecretStore secrets;
  std::vector<Finding> findings;
  const auto begin = std::chrono::steady_clock::now();
  (void)inspect_plugins(uses, {}, rules, Mode::development, secrets, findings);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  for (const auto& finding : findings)
    if (finding.found.find("who must act") != std::string::npos)
      throw std::runtime_error(finding.found);  // A refusal would have saved work.
  return took.count();
}

void run(const fs::path& plugins, std::size_t count) {
  const TemporaryFolder folder(fs::temp_directory_path());
  const auto originals = shipped(plugins);
  SystemRandom random;
  const auto key = generate_key(random);
  std::vector<PluginUse> uses;
  std::uintmax_t bytes = 0;
  TrustRules first_party;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& original = originals[i % originals.size()];
    const auto copy = folder.path() / (std::to_string(i) + ".so");
    fs::copy_file(original.path, copy);
    bytes += fs::file_size(copy);
    std::ofstream(copy.string() + ".minisig")
        << print(sign(key, original.digest, signed_statement(original)).value());
    uses.push_back({.name = std::to_string(i), .use = copy.string()});
    (void)update(first_party.first_party, {original.id, original.version, original.digest, {}});
  }
  const TrustRules keyring{.keys = {{"vendor", key.public_key(), {"*"}}}};
  std::printf("%zu plugins, %.1f MB: first-party %.1f ms, signed %.1f ms\n", count,
              static_cast<double>(bytes) / 1e6, inspect(uses, first_party), inspect(uses, keyring));
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::runtime_error("usage: bench_inspect PLUGINS [COUNT]");
    bench::run(argv[1], argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 200);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_inspect: %s\n", error.what());
    return 1;
  }
}
