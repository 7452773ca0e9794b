#include "cli/plugin_files.hpp"

#include <cstdlib>
#include <utility>

#include "app/start.hpp"
#include "pipeline/load.hpp"
#include "pipeline/source.hpp"
#include "plugin/registry.hpp"
#include "plugin/trust_rules.hpp"

namespace conserje {

PluginPlaces plugin_places(const std::filesystem::path& config) {
  PluginPlaces places;
  if (!config.empty()) {
    auto loaded = load_pipeline(config, SystemSource());
    places.pipeline = std::move(loaded.pipeline);
    places.findings = std::move(loaded.findings);
  }
  const auto configured =
      config.empty() ? std::vector<std::filesystem::path>() : places.pipeline.plugin_path;
  const char* environment = std::getenv("CONSERJE_PLUGIN_PATH");
  places.folders =
      plugin_folders(environment == nullptr ? "" : environment, configured, own_executable());
  places.trust = trust_rules(places.pipeline, places.findings);
  places.trust.first_party = read_first_party(own_executable(), places.findings);
  return places;
}

Result<LookedAt> look_at(const std::filesystem::path& file, const TrustRules& trust) {
  const auto image = SealedImage::open(file);
  if (!image) return image.error();
  auto manifest = read_manifest((*image)->bytes(), Platform::current());
  if (!manifest) return manifest.error();
  const auto judged = plugin_file_of(**image, *manifest);
  if (!judged) return judged.error();
  const auto vouched = judge(trust, *judged, {});
  if (!vouched) return vouched.error();
  return LookedAt{*std::move(manifest), *vouched};
}

}  // namespace conserje
