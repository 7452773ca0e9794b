#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "app/start.hpp"
#include "cli/commands.hpp"
#include "plugin/elf.hpp"

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
bool describe(const std::filesystem::path& file) {
  const auto image = SealedImage::open(file);
  const auto manifest = image ? read_manifest((*image)->bytes(), Platform::current())
                              : Result<Manifest>(image.error());
  if (!manifest) {
    std::cout << file.filename().string() << ": " << manifest.error().message << '\n';
    return false;
  }
  std::cout << file.filename().string() << ": " << manifest->title << " (" << manifest->id << ' '
            << manifest->version << ")\n";
  return true;
}

}  // namespace

int plugins_command() {
  const char* environment = std::getenv("CONSERJE_PLUGIN_PATH");
  bool all_fine = true;
  std::size_t found = 0;
  for (const auto& folder :
       plugin_folders(environment == nullptr ? "" : environment, {}, own_executable())) {
    for (const auto& file : shared_objects(folder)) {
      if (found++ == 0) std::cout << folder.string() << ":\n";
      all_fine = describe(file) && all_fine;
    }
    if (found > 0)
      break;  // The first folder that has plugins is the one that `run` takes them from.
  }
  if (found == 0)
    std::cout << "no plugins found; set CONSERJE_PLUGIN_PATH to the folder with the .so files\n";
  return all_fine && found > 0 ? 0 : 1;
}

}  // namespace conserje
