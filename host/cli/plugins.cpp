#include <algorithm>
#include <iostream>
#include <vector>

#include "cli/commands.hpp"
#include "cli/plugin_files.hpp"
#include "plugin/elf.hpp"
#include "plugin/trust_rules.hpp"
#include "plugin/worker/proxy.hpp"

namespace conserje {
namespace {

std::vector<std::filesystem::path> shared_objects(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".so") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

/// One line for a plugin that would load, several for one that would not.
bool describe(const std::filesystem::path& file, const TrustRules& trust) {
  const auto looked = look_at(file, trust);
  std::cout << file.filename().string() << ": ";
  if (!looked) {
    std::cout << looked.error().message << '\n';
    return false;
  }
  const auto& [manifest, vouched] = *looked;
  std::cout << manifest.title << " (" << manifest.id << ' ' << manifest.version << "), "
            << describe(vouched) << '\n';
  return true;
}

/// What `isolation: process` would hold a plugin to on this machine.
void describe_confinement(const std::filesystem::path& file) {
  const auto image = SealedImage::copy(file);
  if (!image) return;
  const auto here = confinement_here(**image);
  std::cout << "with `isolation: process`, on this machine:\n";
  if (!here) std::cout << "  " << here.error().message << '\n';
  if (!here) return;
  for (const auto& item : here->items)
    std::cout << "  " << item.name << (item.in_force ? ": " : ": NOT in force: ") << item.detail
              << '\n';
}

}  // namespace

int plugins_command(const std::filesystem::path& config) {
  auto places = plugin_places(config);
  places.trust.accepted = read_accepted(places.pipeline, places.findings);
  std::cerr << report(places.findings);
  if (has_errors(places.findings)) return 1;
  bool all_fine = true;
  std::size_t found = 0;
  for (const auto& folder : places.folders) {
    for (const auto& file : shared_objects(folder)) {
      if (found++ == 0) std::cout << folder.string() << ":\n";
      all_fine = describe(file, places.trust) && all_fine;
    }
    if (found == 0) continue;
    describe_confinement(shared_objects(folder).front());
    break;  // The first folder that has plugins is the one that `run` takes them from.
  }
  if (found == 0)
    std::cout << "no plugins found; set CONSERJE_PLUGIN_PATH to the folder with the .so files\n";
  return all_fine && found > 0 ? 0 : 1;
}

}  // namespace conserje
